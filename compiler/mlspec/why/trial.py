"""Documents of one model in one environment in; every file that they compile to, verified by nobody, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from operator import is_not
from pathlib import PurePosixPath
from typing import Any

from mlspec.artifacts.file import Copied, Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.artifacts.registry import context_artifacts, deployment_artifacts, environment_artifacts
from mlspec.checks.registry import run_checks
from mlspec.codes import not_ignorable
from mlspec.compile import context_digest
from mlspec.diagnostics import has_errors
from mlspec.environment.resolve import resolve, resolve_in
from mlspec.environment.resolved import Environment, Resolution, ResolvedSpec
from mlspec.plan.build_plan import build_plan
from mlspec.plan.context import plan_context
from mlspec.plan.gitops import plan_environment
from mlspec.plan.plan import Plan
from mlspec.source.files import Files
from mlspec.source.node import Document
from mlspec.spec.workspace import WorkspaceSpec
from mlspec.verify.overrides import apply_overrides

from .stage import Key, Stage

_CHOOSE = ("serves", "batch")
"""By which parts of a plan its artifacts are chosen."""
_PATCH = ("patches", "kubernetes")


@dataclass(frozen=True)
class Made:
    """What came of it; a file has the same key whatever the model, its environment and the folders are called."""

    documents: Sequence[Document]
    resolution: Resolution
    accepted: bool
    """Whether checks let it pass."""
    kubernetes: str
    stages: tuple[Stage, ...]

    @property
    def environment(self) -> Environment:
        return self.resolution.environments[0]

    @property
    def resolved(self) -> ResolvedSpec | None:
        return self.resolution.specs[0] if self.resolution.specs else None

    @cached_property
    def outputs(self) -> dict[Key, Output]:
        return {key: output for stage in self.stages for key, output in stage.all().items()}

    @cached_property
    def makers(self) -> dict[Key, tuple[int, str]]:
        """By which artifact of which stage each file is made."""
        return {
            key: (index, name)
            for index, stage in enumerate(self.stages)
            for name in stage.names
            for key in stage.files(name)
        }

    def output(self, key: Key, maker: tuple[int, str]) -> Output | None:
        """One file alone, where it is made here, too."""
        index, name = maker
        return self.stages[index].files(name).get(key) if index < len(self.stages) else None

    @cached_property
    def manifests(self) -> dict[Key, dict[str, Any]]:
        files = {key: output for key, output in self.outputs.items() if isinstance(output, ManifestFile)}
        return {key: dict(file.manifest) for key, file in files.items()}


def make(documents: Sequence[Document], files: Files, like: Made | None = None) -> Made | None:
    """None where the documents cannot be compiled; `like` was made of nearly the same ones."""
    resolution = _resolved(documents, files, like)
    if not resolution.environments:
        return None
    environment, workspace = resolution.environments[0], resolution.workspace
    if resolution.specs:
        resolved = resolution.specs[0]
        accepted = not has_errors(found for found in run_checks(resolved) if not_ignorable(found))
        stages = tuple(_of_model(resolved, workspace, like))
        return Made(documents, resolution, accepted, environment.spec.kubernetes, stages)
    if any(map(_is_model, documents)):
        return None
    plan = plan_environment(environment, workspace)
    if plan is None:
        return Made(documents, resolution, True, "", ())
    key_of = partial(_key, workspace=workspace, names={environment.name: "<environment>"})
    stage = Stage(plan, environment_artifacts(), key_of, _stage(like, 0))
    return Made(documents, resolution, True, "", (stage,))


def _resolved(documents: Sequence[Document], files: Files, like: Made | None) -> Resolution:
    """Where only the model is another, the rest need not be read again."""
    model = documents[-1]
    if like is None or not _is_model(model) or any(map(is_not, documents[:-1], like.documents[:-1])):
        return resolve(documents, files, complete=False)
    return resolve_in(like.resolution, model, files)


def _is_model(document: Document) -> bool:
    kind = document.root.get("kind")
    return kind is not None and kind.value == "Model"


def _stage(like: Made | None, index: int) -> Stage | None:
    return like.stages[index] if like is not None and index < len(like.stages) else None


def _of_model(resolved: ResolvedSpec, workspace: WorkspaceSpec, like: Made | None) -> Iterator[Stage]:
    """The context of its image, and what Argo CD reads."""
    image = plan_context(resolved, workspace.output)
    names = {PurePosixPath(image.folder).name: "<image>", resolved.environment.name: "<environment>"}
    names[resolved.name] = "<model>"
    key_of = partial(_key, workspace=workspace, names=names)
    context = Stage(image, context_artifacts(), key_of, _stage(like, 0))
    yield context
    plan = build_plan(resolved, workspace, context_digest(image.folder, context.all().values()))
    yield Stage(
        plan,
        deployment_artifacts(plan),
        key_of,
        _stage(like, 1),
        finish=partial(_patched, resolved, plan),
        finished_by=(*_CHOOSE, *_PATCH),
    )


def _patched(resolved: ResolvedSpec, plan: Plan, files: list[Output]) -> list[Output]:
    return apply_overrides(resolved, plan.patches, files, plan.kubernetes)[0]


def _key(path: str, workspace: WorkspaceSpec, names: dict[str, str]) -> Key:
    for folder, sign in ((workspace.output, "<output>"), (workspace.argocd, "<argocd>")):
        if path.startswith(f"{folder}/"):
            parts = path.removeprefix(f"{folder}/").split("/")
            # Only where the compiler puts names: below, a user's own file may be called the same.
            head = [names.get(part.removesuffix(".yaml"), part) for part in parts[:2]]
            return (sign, *head, *parts[2:])
    return (path,)


def text_of(output: Output | None) -> str | None:
    """The characters of a file; None where there is no such file, or none that the compiler made."""
    if output is None or isinstance(output, Copied):
        return None
    return output.content.decode("utf-8", "replace")
