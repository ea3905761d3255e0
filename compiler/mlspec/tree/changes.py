"""Each path where the tree differs and how, as a value: `compare` gives it, `write` mends it, the CLI shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from mlspec.artifacts.file import Output

from .journal import Journal
from .layout import Layout
from .standing import Standing


class Kind(StrEnum):
    NEW = "new"
    """Nothing stands there, and the compiler never wrote there."""
    DELETED = "deleted"
    """The compiler wrote it, and somebody deleted it."""
    STALE = "stale"
    """As the compiler left it, from another state of the specs."""
    EDITED = "edited"
    """The compiler's own path with a content that the compiler never gave it."""
    ORPHANED = "orphaned"
    """As the compiler left it, and no spec asks for it any more."""
    FOREIGN = "foreign"
    """Somebody else's, where the compiler would write: an error, never overwritten."""


class Change(Struct, frozen=True):
    """One path that differs. `after` is what belongs there, None where nothing does; `found` what stands there now."""

    path: str
    owner: str
    kind: Kind
    found: Standing | None
    after: Output | None


class Changes(Struct, frozen=True, dict=True):
    """How the tree differs from what a compile made; every list is sorted by path."""

    layout: Layout
    owners: Mapping[str, Sequence[Output]]
    files: tuple[Change, ...]
    indexes: tuple[Change, ...]
    """The indexes that differ; beside those whose files differ, one that git lost or that a merge left wrong."""
    emptied: tuple[str, ...]
    """Environments that had models by their indexes and have none now: auto-sync would delete all that runs there."""
    unwatched: tuple[str, ...]
    """Environments that Argo CD read, models included, by their indexes, and that have no Application any more."""
    journal: Journal
    interrupted: bool
    """Whether a killed write left something to tidy, be the files themselves as they should or not."""
    settled: Mapping[str, int] = field(default_factory=dict)
    """Owners beside those in `owners` that are as they should be, with the number of their files."""

    @cached_property
    def foreign(self) -> tuple[Change, ...]:
        return tuple(change for change in self.files if change.kind is Kind.FOREIGN)

    @cached_property
    def immutable(self) -> tuple[tuple[Change, str], ...]:
        """Each generated object of which a part would change that Kubernetes lets nobody change, with that part."""
        # What somebody edited by hand was perhaps never deployed.
        stale = [change for change in self.files if change.kind is Kind.STALE]
        if not stale:
            return ()
        from .immutable import immutable_parts  # brings PyYAML, which nothing else here needs

        return tuple((change, path) for change in stale for path in immutable_parts(change.found, change.after))

    @cached_property
    def edited(self) -> tuple[Change, ...]:
        """What somebody changed or deleted by hand, and `write` puts back."""
        return tuple(change for change in self.files if change.kind in (Kind.EDITED, Kind.DELETED))

    @cached_property
    def written(self) -> tuple[Change, ...]:
        return tuple(change for change in self.files if change.after is not None and change.kind is not Kind.FOREIGN)

    @cached_property
    def removed(self) -> tuple[Change, ...]:
        return tuple(change for change in self.files if change.after is None and change.kind is not Kind.FOREIGN)

    @cached_property
    def shown(self) -> tuple[Change, ...]:
        """The files that differ, and the indexes that differ with no such file to explain it."""
        explained = {change.owner for change in self.files}
        return (*self.files, *(change for change in self.indexes if change.owner not in explained))

    @property
    def total(self) -> int:
        """Files that belong in the tree, the indexes left out."""
        return sum(map(len, self.owners.values())) + sum(self.settled.values())

    @property
    def clean(self) -> bool:
        """Whether the tree is what the compile made: the verdict of `mlspec compile --check`."""
        return not self.files and not self.indexes
