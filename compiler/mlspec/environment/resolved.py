"""What resolving gives: each model in each environment, every value still in its line."""

from __future__ import annotations

from pathlib import PurePosixPath

from msgspec import Struct, field

from mlspec.diagnostics import Diagnostic, Related, Span
from mlspec.source.files import Files
from mlspec.source.node import Document, Entry, Node
from mlspec.spec.environment import EnvironmentSpec
from mlspec.spec.lock import Lock
from mlspec.spec.service import ModelMetadata, ServiceSpec
from mlspec.spec.workspace import WorkspaceSpec

from .merge import merge_layers


class Environment(Struct, frozen=True):
    """An environment with its settings; `tree` is its `spec` as written, None for the built-in one."""

    name: str
    spec: EnvironmentSpec
    source: str
    name_span: Span
    tree: Node | None = None
    shared: Node | None = None
    """The Workspace's `gitops`, which its own lies over."""

    @property
    def written(self) -> Node | None:
        """Its `spec` with what the Workspace says of its `gitops`."""
        if self.shared is None:
            return self.tree
        shared = Node(self.shared.span, {"gitops": Entry(self.shared.span, self.shared)})
        return merge_layers(shared, self.tree)

    @property
    def namespace(self) -> str:
        stated: str | None = self.spec.namespace
        return stated or f"ml-{self.name}"

    def at(self, *path: str | int) -> Span | None:
        """Where a value of its `spec` is written; None for the built-in environment."""
        return self.tree.locate(path) if self.tree else None

    def related(self, label: str, *path: str | int) -> tuple[Related, ...]:
        """A second place of a finding: a key of this environment, if it is written anywhere."""
        if self.tree is None or self.tree.get(*path) is None:
            return ()
        return (Related(self.tree.locate_key(path), label),)


class Model(Struct, frozen=True):
    """A Model document before its environments."""

    metadata: ModelMetadata
    source: str
    metadata_tree: Node
    base: ServiceSpec | None
    """The spec without any environment, as far as it decides the image; None where that is not whole by itself."""
    lock: Lock | None = None
    """What `mlspec lock` wrote beside the spec."""

    @property
    def name_span(self) -> Span:
        return self.metadata_tree.locate(("name",))

    @property
    def folder(self) -> str:
        """The folder that paths in the spec start from."""
        return str(PurePosixPath(self.source).parent)


class ResolvedSpec(Struct, frozen=True):
    """One model in one environment; `tree` is the merged `spec`, whose nodes keep the file and line they came from."""

    model: Model
    environment: Environment
    spec: ServiceSpec
    tree: Node
    files: Files

    @property
    def name(self) -> str:
        return self.model.metadata.name

    @property
    def metadata(self) -> ModelMetadata:
        return self.model.metadata

    def at(self, *path: str | int) -> Span:
        """Where a value of the spec is written, or the nearest thing above it."""
        return self.tree.locate(path)

    def at_key(self, *path: str | int) -> Span:
        """Where a key of the spec is written."""
        return self.tree.locate_key(path)

    def has(self, *path: str | int) -> bool:
        """Whether the user wrote a value there, rather than a default."""
        return self.tree.get(*path) is not None

    def file(self, path: str) -> str:
        """A path beside the spec (`./model.joblib`) as a path of the workspace."""
        return str(PurePosixPath(self.model.folder, path))


class Resolution(Struct):
    """Everything the workspace says."""

    documents: list[Document] = field(default_factory=list)
    """As they were read, before anything is merged."""
    workspace: WorkspaceSpec = field(default_factory=WorkspaceSpec.by_default)
    environments: list[Environment] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)
    specs: list[ResolvedSpec] = field(default_factory=list)
    sketches: list[ResolvedSpec] = field(default_factory=list)
    """Those that are wrong, with nothing but `model` and `build`, where these are right."""
    around: list[Diagnostic] = field(default_factory=list)
    """Found in the environments and the workspace, and where two documents are one thing."""
    of_models: list[tuple[str, list[Diagnostic]]] = field(default_factory=list)
    """Found in each model, with its file."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return [*self.around, *(each for _, found in self.of_models for each in found)]
