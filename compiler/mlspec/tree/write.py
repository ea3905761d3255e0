"""How a tree differs goes in, the tree as it should be comes out, or after a kill one that the next run mends.

The order is what makes a kill harmless. Every new content is staged first, so that a full disk is met before anything
changes. The journal then says what may appear. Each file is put in place by one rename, so that it is never half
written; what goes, goes after what comes, so that a tree that is committed too early asks Argo CD for too much and not
for too little. The indexes follow the files they describe, and the journal is emptied last.

A kill needs no flush, a power cut would. The journal and the indexes are flushed, which keeps it known whose the files
are. The files are not (30,000 flushes take from seconds to minutes): as with git's work tree, one that a power cut
emptied is found by its digest and written again by the next run.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from mlspec.artifacts.file import File

from .changes import Change, Changes, Kind
from .compare import PATIENCE, compare_alone
from .errors import TreeError, explained
from .folders import Folders, ancestors
from .journal import GONE, read_journal, save_journal
from .staging import Staging


def write(changes: Changes, patience: float = PATIENCE) -> Changes:
    """Makes the tree what `changes` says and returns what was done, which differs when another write came between.

    Raises TreeError, with nothing half written, when somebody else's file is in the way or the disk refuses.
    """
    _refuse_foreign(changes)
    if changes.clean and not changes.interrupted:
        return changes
    from .lock import exclusive  # a compile that changes nothing need not wait for the library's import

    with exclusive(changes.layout, patience):
        current = _as_of_now(changes)
        _Write(current).run()
    return current


def _refuse_foreign(changes: Changes) -> None:
    for change in changes.foreign:
        shape = change.found.shape if change.found else "file"
        remedy = "move it away, or delete it, then run mlspec compile again"
        raise TreeError(change.path, f"a {shape} that mlspec did not write stands where it must write", remedy)


def _as_of_now(changes: Changes) -> Changes:
    """The same changes, compared again when another process wrote since they were compared."""
    layout = changes.layout
    if read_journal(layout, Folders(layout)) == changes.journal:
        return changes
    again = compare_alone(layout.root, changes.owners, layout.output, changes.settled)
    _refuse_foreign(again)
    if {*again.emptied, *again.unwatched} - {*changes.emptied, *changes.unwatched}:
        cause = "another mlspec wrote it meanwhile, from other specs"
        raise TreeError(layout.output, cause, "run mlspec compile again")
    return again


class _Write:
    """One write, under the lock."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.layout = changes.layout
        self.folders = Folders(self.layout)

    def run(self) -> None:
        staging = Staging(self.layout, self.folders)
        try:
            self._ignore_work(staging)
            files = [(change, staging.put(change.after)) for change in self.changes.files if change.after]
            indexes = [
                (change, staging.put(change.after, flush=True)) for change in self.changes.indexes if change.after
            ]
            journal = self.changes.journal.begun(self._intents())
            save_journal(self.layout, journal)
            self._replace(files, indexes)
            save_journal(self.layout, journal.ended())
        finally:
            staging.clear()

    def _ignore_work(self, staging: Staging) -> None:
        """Hides the folder of the lock, the journal and the staged files from git, whatever the user's own ignores."""
        place = self.layout.on_disk(self.layout.ignore)
        if not os.path.lexists(place):
            with explained(self.layout.ignore):
                os.replace(staging.put(File(self.layout.ignore, b"*\n")), place)

    def _intents(self) -> Iterator[tuple[str, str, str]]:
        for change in self.changes.files:
            yield change.owner, change.path, change.after.sha256 if change.after else GONE

    def _replace(self, files: list[tuple[Change, str]], indexes: list[tuple[Change, str]]) -> None:
        in_the_way, others = self._removals()
        for change in in_the_way:
            self._remove(change)
        for change, staged in files:
            self._place(change, staged)
        for change in others:
            self._remove(change)
        for change, staged in indexes:
            self._place(change, staged)
        gone = [change for change in self.changes.indexes if change.after is None]
        for change in gone:
            self._remove(change)
        self._prune([*self._left(), *(change.path for change in gone)])

    def _removals(self) -> tuple[list[Change], list[Change]]:
        """Those that go first, for a file comes where their folder is or a folder where they are; and the others."""
        coming = {change.path for change in self.changes.written}
        above = {folder for path in coming for folder in ancestors(path)}
        first: list[Change] = []
        others: list[Change] = []
        for change in self.changes.removed:
            in_the_way = change.path in above or not coming.isdisjoint(ancestors(change.path))
            (first if in_the_way else others).append(change)
        return first, others

    def _place(self, change: Change, staged: str) -> None:
        self.folders.make(change.path.rpartition("/")[0])
        place = self.layout.on_disk(change.path)
        with explained(change.path):
            if change.kind in (Kind.NEW, Kind.DELETED):
                self._make_room(change.path, place)
            os.replace(staged, place)

    def _make_room(self, path: str, place: str) -> None:
        """Removes empty folders from where a file comes; refuses a file that came there since the comparison."""
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(mode):
            raise TreeError(path, "somebody made it while mlspec compiled", "run mlspec compile again")
        for parent, _, _ in os.walk(place, topdown=False):
            os.rmdir(parent)

    def _remove(self, change: Change) -> None:
        with explained(change.path):
            try:
                os.unlink(self.layout.on_disk(change.path))
            except FileNotFoundError:
                return

    def _left(self) -> list[str]:
        """Paths that went in this write, or that one that was killed may have made folders for."""
        intents = self.changes.journal.intents
        killed = (path for paths in intents.values() for path in paths)
        return [*(change.path for change in self.changes.removed), *killed, *map(self.layout.index_of, intents)]

    def _prune(self, paths: Iterable[str]) -> None:
        """Removes the folders of these paths and those above them, where they are empty; the deepest first."""
        self.folders.forget()
        empty = {folder for path in paths for folder in ancestors(path)}
        for folder in sorted(empty, key=lambda folder: folder.count("/"), reverse=True):
            if self.folders.exists(folder):
                place = self.layout.on_disk(folder)
                try:
                    _drop_bytecode(place)
                    os.rmdir(place)
                except OSError:
                    continue  # somebody's files are in it, or it is not ours to remove


def _drop_bytecode(place: str) -> None:
    """Removes what Python left of sources that were ours: a `__pycache__` of bytecode alone, beside no source."""
    names = os.listdir(place)
    if "__pycache__" not in names or any(name.endswith(".py") for name in names):
        return
    cache = os.path.join(place, "__pycache__")
    names = os.listdir(cache)
    if not os.path.islink(cache) and all(name.endswith(".pyc") for name in names):
        for name in names:
            os.unlink(os.path.join(cache, name))
        os.rmdir(cache)
