"""A compilation and how the tree differs in; what a person has to decide about it out."""

from __future__ import annotations

from pathlib import Path

from mlspec.compile import Compilation
from mlspec.diagnostics import Span
from mlspec.environment.blocks import DEFAULT_ENVIRONMENT
from mlspec.tree.changes import Changes
from mlspec.tree.strays import strays


def emptied(compilation: Compilation, changes: Changes) -> list[str]:
    """Environments that would lose their last model, but for the built-in one, whose place the first real one takes."""
    return [name for name in changes.emptied if not _taken_over(compilation, name)]


def unwatched(compilation: Compilation, changes: Changes) -> list[str]:
    """Environments that would keep models, or lose them so, and lose all their Applications."""
    lost = (name for name in changes.unwatched if name not in changes.emptied)
    return [name for name in lost if not _taken_over(compilation, name)]


def _taken_over(compilation: Compilation, name: str) -> bool:
    return name == DEFAULT_ENVIRONMENT and any(each.source for each in compilation.resolution.environments)


def named_at(compilation: Compilation) -> dict[str, Span]:
    """Where each environment is written."""
    environments = compilation.resolution.environments
    return {environment.name: environment.name_span for environment in environments if environment.source}


def stray_paths(root: Path, compilation: Compilation, changes: Changes) -> list[str]:
    """What Argo CD would apply though no spec asks for it; nobody reviews it as the output of one."""
    workspace = compilation.resolution.workspace
    folders = {f"{workspace.output}/{item.environment.name}/{item.name}" for item in compilation.resolution.specs}
    folders |= {f"{workspace.argocd}/{item.name}" for item in compilation.resolution.environments}
    made = {output.path for outputs in compilation.outputs.values() for output in outputs}
    return strays(root, folders, made | {change.path for change in changes.files})
