"""A compilation without errors -> the images that it needs: which context each is built from, and under which tags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlspec.artifacts.file import File, Output
from mlspec.compile import Compilation, context_digest
from mlspec.plan.build_plan import image_reference
from mlspec.plan.context import plan_context
from mlspec.source.files import FilesOnDisk


@dataclass(frozen=True)
class Target:
    """An image. `name` is `churn` or `churn.prod`; `folder` its context in the workspace."""

    name: str
    folder: str
    base: str
    """What it starts from."""
    tags: tuple[str, ...]
    """One for each registry that an environment names."""


def targets_of(compilation: Compilation, models: Iterable[str] = (), environment: str | None = None) -> list[Target]:
    """Of these models, or of all, in one environment, or in all; in the order of their names."""
    chosen, output = set(models), compilation.resolution.workspace.output
    tags: dict[str, dict[str, None]] = {}
    plans = {}
    for resolved in compilation.resolution.specs:
        if (chosen and resolved.name not in chosen) or environment not in (None, resolved.environment.name):
            continue
        plan = plan_context(resolved, output)
        plans[plan.folder] = plan
        digest = context_digest(plan.folder, compilation.outputs[plan.folder.removeprefix(f"{output}/")])
        tags.setdefault(plan.folder, {})[image_reference(resolved, digest)] = None
    return [
        Target(Path(folder).name, folder, plans[folder].base, tuple(sorted(tags[folder]))) for folder in sorted(tags)
    ]


def differing(compilation: Compilation, target: Target, root: Path) -> list[str]:
    """Files of the context that are not on disk as they were compiled: an image of them would bear a wrong tag."""
    owner = target.folder.removeprefix(f"{compilation.resolution.workspace.output}/")
    files = FilesOnDisk(root)
    return [output.path for output in compilation.outputs[owner] if not _same(files, output)]


def _same(files: FilesOnDisk, output: Output) -> bool:
    size = len(output.content) if isinstance(output, File) else output.size
    return files.size(output.path) == size and files.sha256(output.path) == output.sha256
