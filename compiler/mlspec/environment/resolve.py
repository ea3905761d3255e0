"""Documents of a workspace -> each model in each environment: layers merged node by node, then validated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from msgspec import Struct

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related, Severity, Span
from mlspec.source.files import Files
from mlspec.source.node import Document, Node
from mlspec.spec.environment import EnvironmentDocument, EnvironmentSpec
from mlspec.spec.parse import parse_part, parse_section
from mlspec.spec.service import ModelHead, ServiceSpec
from mlspec.spec.workspace import WorkspaceDocument
from mlspec.unit import DEFAULT_ENVIRONMENT

from .blocks import blocks_of
from .locks import read_lock, with_lock
from .merge import merge_layers, only, without
from .resolved import Environment, Model, Resolution, ResolvedSpec

DUPLICATE = code(
    "MLS110",
    "duplicate-name",
    title="two documents of one kind have the same name",
    reason="Both would write the same files.",
    remedy="rename or remove one of them",
)
SECOND_WORKSPACE = code(
    "MLS113",
    "second-workspace",
    title="more than one Workspace document",
    reason="There is one workspace in a repository.",
    remedy="merge the two documents",
)
SKETCHED = ("model", "build")
"""What of a spec that is wrong elsewhere is looked at all the same: the files that it names."""
IMAGE_SECTIONS = ("model", "build", "resources", "batch")
"""What of a spec decides its image."""
_BLOCKS = ("environments",)
"""Keys of a Model's own `spec` that no other layer has, and no merged one."""
_SPEC = "the spec of a model"
"""What a layer of it is called in a finding, wherever it stands."""


def resolve(
    documents: Iterable[Document],
    files: Files,
    *,
    complete: bool = True,
    unread: Mapping[str, Diagnostic] = MappingProxyType({}),
) -> Resolution:
    """Merges and validates every document; findings stand in the result.

    `complete` is False where a file could not be read whole: the environments that it may hold are not called unknown.
    Nor are the `unread`, which documents may have been meant as that are not read: what is said about such a document
    is an error where a model names its environment.
    """
    by_kind: dict[str, list[Document]] = {"Workspace": [], "Environment": [], "Model": []}
    result = Resolution(documents=list(documents))
    for document in result.documents:
        by_kind[_kind(document)].append(document)
    workspace = _workspace(by_kind["Workspace"], result)
    for document in _unique("Environment", by_kind["Environment"], result):
        _environment(document, workspace, result)
    if not by_kind["Environment"]:
        result.environments.append(_built_in(workspace, result))
    named = {name for document in by_kind["Environment"] if (name := _name(document))} or {DEFAULT_ENVIRONMENT}
    everywhere = workspace.get("defaults") if workspace else None
    result.around += _part(everywhere)
    around = _Around(everywhere, named | unread.keys() if complete else None, files, result)
    for document in _unique("Model", by_kind["Model"], result):
        result.of_models.append((document.file, _model(document, around)))
        wanted = (found for name, found in unread.items() if document.root.get("spec", "environments", name))
        result.around += [replace(found, severity=Severity.ERROR) for found in wanted]
    return result


def resolve_in(around: Resolution, document: Document, files: Files) -> Resolution:
    """One model in a workspace that has been resolved, in place of those that it has."""
    of_workspace = next((each for each in around.documents if _kind(each) == "Workspace"), None)
    everywhere = of_workspace.root.get("spec", "defaults") if of_workspace else None
    result = Resolution([document], around.workspace, around.environments)
    result.of_models.append((document.file, _model(document, _Around(everywhere, None, files, result))))
    return result


class _Around(Struct, frozen=True):
    """What a model is resolved in: the workspace's `defaults` and, where all are known, the environments' names."""

    everywhere: Node | None
    known: set[str] | None
    files: Files
    result: Resolution


def _kind(document: Document) -> str:
    node = document.root.get("kind")
    return str(node.value) if node else ""


def _name(document: Document) -> str | None:
    node = document.root.get("metadata", "name")
    return node.value if node and isinstance(node.value, str) else None


def _name_span(document: Document) -> Span:
    return document.root.locate(("metadata", "name"))


def _header(document: Document) -> Span:
    """Where a document lacks what it should have: as a whole it may be long."""
    return document.root.locate_key(("kind",))


def _part(tree: Node | None, own: Node | None = None) -> list[Diagnostic]:
    """What is wrong with a layer of a model's spec, whatever the others say."""
    if tree is None or not isinstance(tree.value, dict):
        return []
    return parse_part(ServiceSpec, merge_layers(tree), _SPEC, own, _BLOCKS)


def _unique(kind: str, documents: Sequence[Document], result: Resolution) -> Iterator[Document]:
    """The documents without those whose name is taken already."""
    seen: dict[object, Document] = {}
    for document in documents:
        name = _name(document)
        first = seen.setdefault(name, document) if name is not None else document
        if first is document:
            yield document
            continue
        here, there = _name_span(document), _name_span(first)
        result.around.append(
            DUPLICATE.error(
                here,
                f"the {kind.lower()} {name} is defined twice",
                label="taken already",
                related=[Related(there, "first defined here")],
            )
        )


def _workspace(documents: Sequence[Document], result: Resolution) -> Node | None:
    """The `spec` of the Workspace, if there is one that is valid."""
    for other in documents[1:]:
        first = Related(documents[0].root.locate(("kind",)), "the first one")
        found = SECOND_WORKSPACE.error(
            other.root.locate(("kind",)), "the workspace is defined twice", label="the second one", related=[first]
        )
        result.around.append(found)
    if not documents:
        return None
    parsed, findings = parse_section(WorkspaceDocument, documents[0].root, _header(documents[0]))
    result.around += findings
    if parsed is None:
        return None
    result.workspace = parsed.spec
    return documents[0].root.get("spec")


def _environment(document: Document, workspace: Node | None, result: Resolution) -> None:
    tree = document.root.get("spec")
    parsed, findings = parse_section(EnvironmentDocument, document.root, _header(document))
    result.around += [*findings, *_part(tree.get("defaults") if tree else None)]
    if parsed is None:
        return
    spec, findings = _with_workspace(tree, workspace)
    result.around += findings
    if spec is not None:
        found = Environment(parsed.metadata.name, spec, document.file, _name_span(document), tree, _shared(workspace))
        result.environments.append(found)


def _with_workspace(tree: Node | None, workspace: Node | None) -> tuple[EnvironmentSpec | None, list[Diagnostic]]:
    """An environment's spec over what the workspace says of every environment's `gitops`."""
    if workspace is None or _shared(workspace) is None:
        return parse_section(EnvironmentSpec, merge_layers(tree)) if tree else (EnvironmentSpec.by_default(), [])
    return parse_section(EnvironmentSpec, merge_layers(only(workspace, ("gitops",)), tree))


def _built_in(workspace: Node | None, result: Resolution) -> Environment:
    spec, findings = _with_workspace(None, workspace)
    result.around += findings
    return Environment(
        DEFAULT_ENVIRONMENT, spec or EnvironmentSpec.by_default(), "", Span(""), None, _shared(workspace)
    )


def _shared(workspace: Node | None) -> Node | None:
    """What the Workspace says of every environment."""
    return workspace.get("gitops") if workspace else None


def _model(document: Document, around: _Around) -> list[Diagnostic]:
    """Adds a model with what it is in each of its environments; returns what is wrong with it."""
    result, found = around.result, list[Diagnostic]()
    head, findings = parse_section(ModelHead, document.root, _header(document))
    found += findings
    spec, metadata = document.root.get("spec"), document.root.get("metadata")
    if spec is None or not isinstance(spec.value, dict):
        return found
    base = without(spec, "environments")
    whole = merge_layers(around.everywhere, base)
    alone, _ = parse_section(ServiceSpec, whole)
    blocks, findings = blocks_of(spec, around.known)
    found += findings
    # What is wrong here is wrong even where the environments, or this model's name, are not yet right.
    sound = {environment.name for environment in result.environments} if head else set()
    layers = [base] if alone is None else []
    layers += [block for name, block in (blocks or {}).items() if name not in sound]
    for layer in layers:
        found += _part(layer, own=base)
    if head is None or metadata is None:
        return found
    # What only environments complete, bounds of replicas perhaps, says nothing about the image that they share.
    image = alone or parse_section(ServiceSpec, only(whole, IMAGE_SECTIONS))[0]
    files = around.files.of(document.file)
    lock, findings = read_lock(files, document.file, head.metadata.name, _name_span(document))
    found += findings
    model = Model(head.metadata, document.file, metadata, image and with_lock(image, lock), lock)
    result.models.append(model)
    for environment in result.environments:
        if blocks is not None and environment.name not in blocks:
            continue
        defaults = environment.tree.get("defaults") if environment.tree else None
        block = blocks[environment.name] if blocks else None
        tree = merge_layers(around.everywhere, defaults, base, block)
        value, findings = parse_section(ServiceSpec, tree, document.root.locate_key(("spec",)), _SPEC, base, _BLOCKS)
        found += findings
        if value is not None:
            result.specs.append(ResolvedSpec(model, environment, with_lock(value, lock), tree, files))
        elif (sketch := parse_section(ServiceSpec, only(tree, SKETCHED))[0]) is not None:
            result.sketches.append(ResolvedSpec(model, environment, with_lock(sketch, lock), tree, files))
    return found
