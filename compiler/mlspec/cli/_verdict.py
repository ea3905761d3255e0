"""What was built and how the tree differs in; what a person has to decide about it out."""

from __future__ import annotations

from mlspec.diagnostics import Span
from mlspec.incremental.build import Built
from mlspec.tree.changes import Changes
from mlspec.unit import DEFAULT_ENVIRONMENT


def emptied(built: Built, changes: Changes) -> list[str]:
    """Environments that would lose their last model, but for the built-in one, whose place the first real one takes."""
    return [name for name in changes.emptied if not _taken_over(built, name)]


def unwatched(built: Built, changes: Changes) -> list[str]:
    """Environments that would keep models, or lose them so, and lose all their Applications."""
    lost = (name for name in changes.unwatched if name not in changes.emptied)
    return [name for name in lost if not _taken_over(built, name)]


def _taken_over(built: Built, name: str) -> bool:
    return name == DEFAULT_ENVIRONMENT and bool(named_at(built))


def named_at(built: Built) -> dict[str, Span]:
    """Where each environment is written."""
    return {name: span for name, span in built.listing.environments if span.file}
