"""What a compile made and the workspace on disk go in, how they differ comes out; nothing is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from mlspec.artifacts.file import File, Output

from .changes import Change, Changes, Kind
from .errors import TreeError, explained
from .folders import Folders, ancestors
from .index import Index, read_indexes, render_index
from .journal import GONE, Journal, read_journal
from .layout import Layout, environment_of, is_inside
from .standing import Shape, Standing, look

PATIENCE = 60.0
"""Seconds for which another mlspec may hold the tree before this one gives up."""
_EMPTY = hashlib.sha256(b"").hexdigest()


class _Record(Struct, frozen=True):
    """What the indexes and the journal say of a path."""

    owner: str
    digests: frozenset[str]
    indexed: bool

    def owns(self, found: Standing) -> bool:
        """An indexed path is the compiler's whatever stands there; one in the journal alone only with its content.

        For a write may have been killed before it came to a path, and somebody else have made a file there since.
        """
        return self.indexed or found.sha256 in self.digests


Made = Mapping[str, tuple[str, Output]]
"""For each path its owner and what belongs there."""


def compare(
    root: Path,
    owners: Mapping[str, Sequence[Output]],
    output: str = "generated",
    settled: Mapping[str, int] | None = None,
) -> Changes:
    """How the tree below `root` differs from `owners`: for each owner, as `prod/churn`, all its files.

    An owner that is absent owns nothing any more, but for those in `settled`, which are known to be as they should, so
    many files each. `output` is the folder that holds the indexes. Raises TreeError where the disk refuses to be read,
    ValueError for paths that two owners make or that leave the workspace.

    Another mlspec may write meanwhile. What seems to be nobody's may be what it has just put there, after its index
    had been read: so that is looked at again under the lock, where there is one to be had.
    """
    changes = compare_alone(root, owners, output, settled)
    if changes.foreign and Folders(changes.layout).exists(changes.layout.work):
        from .lock import exclusive  # only here: most compiles need not wait for the library's import

        with suppress(TreeError), exclusive(changes.layout, PATIENCE):
            return compare_alone(root, owners, output, settled)
    return changes


def compare_alone(
    root: Path,
    owners: Mapping[str, Sequence[Output]],
    output: str = "generated",
    settled: Mapping[str, int] | None = None,
) -> Changes:
    """The same, for whoever holds the lock."""
    settled = settled or {}
    layout = Layout(root, output)
    made = _made(layout, owners)
    folders = Folders(layout)
    journal = read_journal(layout, folders)  # first: a write that begins later shows in its serial
    indexes = read_indexes(layout, folders, settled)
    records = _records(layout, indexes, journal)
    orphans = list(_orphans(layout, folders, records, made))
    reader = _Comparison(layout, folders, records, {change.path: change for change in orphans})
    files = {change.path: change for change in (*orphans, *reader.changes(made))}
    index_changes = list(_index_changes(layout, folders, owners, indexes))
    files |= {change.path: change for change in index_changes if change.kind is Kind.FOREIGN}
    return Changes(
        layout=layout,
        owners=owners,
        files=_by_path(files.values()),
        indexes=_by_path(change for change in index_changes if change.kind is not Kind.FOREIGN),
        emptied=_emptied(owners, settled, indexes, journal),
        unwatched=_unwatched(owners, settled, indexes),
        journal=journal,
        interrupted=is_interrupted(layout, folders, journal),
        settled=settled,
    )


def is_interrupted(layout: Layout, folders: Folders, journal: Journal) -> bool:
    """Whether a killed write left something to tidy."""
    return bool(journal.intents) or folders.exists(layout.staging)


def _by_path(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: change.path))


def _made(layout: Layout, owners: Mapping[str, Sequence[Output]]) -> Made:
    made: dict[str, tuple[str, Output]] = {}
    records = f"{layout.indexes}/"
    for owner, outputs in owners.items():
        for output in outputs:
            if output.path in made:
                raise ValueError(f"{made[output.path][0]} and {owner} both make {output.path}")
            if not is_inside(output.path) or output.path.startswith(records):
                raise ValueError(f"{owner} makes {output.path!r}, which is no place for an output")
            made[output.path] = (owner, output)
    folders = {path.rpartition("/")[0] for path in made}
    if both := made.keys() & (folders | {above for folder in folders for above in ancestors(folder)}):
        raise ValueError(f"{min(both)} is made as a file and as a folder")
    return made


def _records(layout: Layout, indexes: Mapping[str, Index], journal: Journal) -> dict[str, _Record]:
    records: dict[str, _Record] = {}
    for owner, index in indexes.items():
        for path, digests in index.digests.items():
            known = records[path].digests if path in records else frozenset()
            records[path] = _Record(owner, digests | known, indexed=True)
            if (moved := _moved(layout, owner, path)) is not None and moved not in records:
                records[moved] = _Record(owner, digests, indexed=False)
    for owner, intents in journal.intents.items():
        for path, digests in intents.items():
            # After a power cut a file that was not flushed may be empty; an empty file is nobody's loss.
            record = records.get(path, _Record(owner, frozenset({_EMPTY}), indexed=False))
            records[path] = _Record(record.owner, record.digests | digests, record.indexed)
    return records


def _moved(layout: Layout, owner: str, path: str) -> str | None:
    """Where a file went with its index, when the folder of outputs got another name and was moved there."""
    folder, inside, rest = path.partition(f"/{owner}/")
    return f"{layout.output}/{owner}/{rest}" if inside and folder != layout.output else None


def _orphans(layout: Layout, folders: Folders, records: Mapping[str, _Record], made: Made) -> Iterator[Change]:
    for path, record in records.items():
        if path in made or not folders.exists(path.rpartition("/")[0]):
            continue
        found = look(layout, path)
        if found is not None and found.shape is not Shape.FOLDER and record.owns(found):
            kind = Kind.ORPHANED if found.sha256 in record.digests else Kind.EDITED
            yield Change(path, record.owner, kind, found, None)


class _Comparison(Struct, frozen=True):
    layout: Layout
    folders: Folders
    records: Mapping[str, _Record]
    orphans: Mapping[str, Change]

    def changes(self, made: Made) -> Iterator[Change]:
        for path, (owner, output) in made.items():
            folder = path.rpartition("/")[0]
            if (blocker := self.folders.blocker(folder)) is not None and blocker not in self.orphans:
                yield Change(blocker, owner, Kind.FOREIGN, look(self.layout, blocker), None)
                continue
            found = look(self.layout, path) if self.folders.exists(folder) else None
            if (kind := self._kind(path, output, found)) is not None:
                yield Change(path, owner, kind, found, output)

    def _kind(self, path: str, output: Output, found: Standing | None) -> Kind | None:
        """How a path differs, None when it does not."""
        record = self.records.get(path)
        if found is None or (found.shape is Shape.FOLDER and self._will_be_empty(path)):
            by_hand = record is not None and record.indexed and GONE not in record.digests
            return Kind.DELETED if by_hand else Kind.NEW
        if _equal(found, output):
            return None
        if record is None or found.shape is Shape.FOLDER or not record.owns(found):
            return Kind.FOREIGN
        return Kind.STALE if found.sha256 in record.digests else Kind.EDITED

    def _will_be_empty(self, folder: str) -> bool:
        """Whether nothing but orphans, which `write` removes first, stands below a folder."""
        with explained(folder):
            for parent, names, files in os.walk(self.layout.on_disk(folder), onerror=_refuse):
                below = parent.removeprefix(self.layout.on_disk(""))
                links = [name for name in names if Path(parent, name).is_symlink()]
                if any(f"{below}/{name}" not in self.orphans for name in (*files, *links)):
                    return False
        return True


def _refuse(error: OSError) -> None:
    raise error


def _equal(found: Standing, output: Output) -> bool:
    if isinstance(output, File) and found.content is not None:
        return found.content == output.content
    return found.sha256 == output.sha256


def _index_changes(
    layout: Layout, folders: Folders, owners: Mapping[str, Sequence[Output]], indexes: Mapping[str, Index]
) -> Iterator[Change]:
    if (blocker := folders.blocker(layout.work)) is not None:
        yield Change(blocker, "", Kind.FOREIGN, look(layout, blocker), None)
        return
    for owner in owners.keys() | indexes.keys():
        path, index, files = layout.index_of(owner), indexes.get(owner), owners.get(owner)
        if index is not None and not files:
            yield Change(path, owner, Kind.ORPHANED, index.standing, None)
        elif files:
            after = File(path, render_index(files))
            if index is None:
                yield _missing_index(layout, folders, owner, after)
            elif index.standing.content != after.content:
                yield Change(path, owner, Kind.STALE, index.standing, after)


def _missing_index(layout: Layout, folders: Folders, owner: str, after: File) -> Change:
    folder = after.path.rpartition("/")[0]
    in_the_way = after.path if folders.exists(folder) else folders.blocker(folder)
    found = look(layout, in_the_way) if in_the_way else None
    if in_the_way and found:
        return Change(in_the_way, owner, Kind.FOREIGN, found, None)
    return Change(after.path, owner, Kind.NEW, None, after)


def _unwatched(
    owners: Mapping[str, Sequence[Output]], settled: Iterable[str], indexes: Mapping[str, Index]
) -> tuple[str, ...]:
    with_models = {environment_of(owner) for owner in (*settled, *indexes)}
    return tuple(sorted(name for name in indexes if name in with_models and not owners.get(name)))


def _emptied(
    owners: Mapping[str, Sequence[Output]], settled: Iterable[str], indexes: Mapping[str, Index], journal: Journal
) -> tuple[str, ...]:
    had = {environment_of(owner) for owner in (*indexes, *journal.intents)}
    has = {environment_of(owner) for owner in (*settled, *(owner for owner, files in owners.items() if files))}
    return tuple(sorted(environment for environment in had - has if environment is not None))
