"""Documents of one model in one environment in; every file that they compile to, verified by nobody, out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from mlspec.artifacts.file import Copied, Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.artifacts.registry import render_context, render_deployment, render_environment
from mlspec.checks.registry import run_checks
from mlspec.codes import not_ignorable
from mlspec.compile import context_digest
from mlspec.diagnostics import has_errors
from mlspec.environment.resolve import resolve
from mlspec.environment.resolved import Environment, ResolvedSpec
from mlspec.plan.build_plan import build_plan
from mlspec.plan.context import plan_context
from mlspec.plan.gitops import plan_environment
from mlspec.source.files import Files
from mlspec.source.node import Document
from mlspec.spec.workspace import WorkspaceSpec
from mlspec.verify.overrides import apply_overrides


@dataclass
class Made:
    """What came of it; a file has the same key whatever the model, its environment and the folders are called."""

    environment: Environment
    resolved: ResolvedSpec | None = None
    kubernetes: str = ""
    outputs: dict[tuple[str, ...], Output] = field(default_factory=dict)

    @property
    def manifests(self) -> dict[tuple[str, ...], dict[str, Any]]:
        files = {key: output for key, output in self.outputs.items() if isinstance(output, ManifestFile)}
        return {key: dict(file.manifest) for key, file in files.items()}


class AlteredFiles:
    """The workspace with one file of another content: its last third is missing, or all of it."""

    def __init__(self, files: Files, altered: str, *, gone: bool = False) -> None:
        self._files, self._altered, self._gone = files, altered, gone

    def of(self, source: str) -> AlteredFiles:
        return AlteredFiles(self._files.of(source), self._altered, gone=self._gone)

    def read(self, path: str, at_most: int = -1) -> bytes:
        content = self._files.read(path, at_most)
        if path != self._altered:
            return content
        lines = content.splitlines(keepends=True)
        return b"".join(lines[: -(-len(lines) * 2 // 3)])

    def size(self, path: str) -> int | None:
        size = self._files.size(path)
        if path != self._altered or size is None:
            return size
        return None if self._gone else size * 2 // 3

    def sha256(self, path: str) -> str:
        digest = self._files.sha256(path)
        return hashlib.sha256(digest.encode()).hexdigest() if path == self._altered else digest

    def below(self, folder: str) -> list[str]:
        return self._files.below(folder)


class WatchedFiles:
    """The workspace that notes which files beside a spec are looked at."""

    def __init__(self, files: Files, seen: set[str] | None = None) -> None:
        self._files, self.seen = files, set[str]() if seen is None else seen

    def of(self, source: str) -> WatchedFiles:
        return WatchedFiles(self._files.of(source), self.seen)

    def read(self, path: str, at_most: int = -1) -> bytes:
        self.seen.add(path)
        return self._files.read(path, at_most)

    def size(self, path: str) -> int | None:
        size = self._files.size(path)
        if size is not None:
            self.seen.add(path)
        return size

    def sha256(self, path: str) -> str:
        self.seen.add(path)
        return self._files.sha256(path)

    def below(self, folder: str) -> list[str]:
        return self._files.below(folder)


def make(documents: Sequence[Document], files: Files, *, checked: bool) -> Made | None:
    """None where the documents cannot be compiled; what checks refuse is, unless they are asked."""
    resolution = resolve(documents, files, complete=False)
    if not resolution.environments:
        return None
    made = Made(resolution.environments[0])
    if resolution.specs:
        made.resolved = resolution.specs[0]
        if checked and has_errors(found for found in run_checks(made.resolved) if not_ignorable(found)):
            return None
        _render(made, made.resolved, resolution.workspace)
    elif any(str(document.root.plain()) for document in documents if _is_model(document)):
        return None
    elif plan := plan_environment(made.environment, resolution.workspace):
        _add(made, render_environment(plan), resolution.workspace, "")
    return made


def _is_model(document: Document) -> bool:
    kind = document.root.get("kind")
    return kind is not None and kind.value == "Model"


def _render(made: Made, resolved: ResolvedSpec, workspace: WorkspaceSpec) -> None:
    image = plan_context(resolved, workspace.output)
    context = render_context(image)
    plan = build_plan(resolved, workspace, context_digest(image.folder, context))
    made.kubernetes = plan.kubernetes
    patched, _ = apply_overrides(resolved, plan.patches, render_deployment(plan), plan.kubernetes)
    name = PurePosixPath(image.folder).name
    _add(made, context, workspace, name)
    _add(made, patched, workspace, name)


def _add(made: Made, outputs: Iterable[Output], workspace: WorkspaceSpec, image: str) -> None:
    names = {image: "<image>", made.environment.name: "<environment>"}
    if made.resolved is not None:
        names[made.resolved.name] = "<model>"
    for output in outputs:
        made.outputs[_key(output.path, workspace, names)] = output


def _key(path: str, workspace: WorkspaceSpec, names: dict[str, str]) -> tuple[str, ...]:
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
