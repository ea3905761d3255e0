"""A workspace's files in; the same, noting what each file of specs depends on, and whether that has changed, out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from copy import copy

from msgspec import Struct, field

from mlspec.source.files import FilesOnDisk

from .stamps import Stamp, stamp

_CUT = "cut"
"""For the digest of a file that was not read whole, which equals no digest."""


class Input(Struct):
    """A file as it was when it was asked for."""

    stamp: Stamp
    size: int | None
    """None where there was no such file."""
    sha256: str | None = None
    """None where nobody asked for more than its size."""


class Inputs(Struct):
    """All that one file of specs depends on but for the environments and the workspace."""

    files: dict[str, Input] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    """The digest of what lay below a folder."""


class TracedFiles:
    """The files of a workspace; what each file of specs asks for is noted as an input of it.

    A stamp is taken once, before the first look at a file's content: what changes after it shows in the next run.
    """

    def __init__(self, files: FilesOnDisk, settled: int) -> None:
        self._files = files
        self._settled = settled
        self._stamps: dict[str, Stamp] = {}
        self._source: str | None = None
        self.inputs: dict[str, Inputs] = {}

    def of(self, source: str) -> TracedFiles:
        seen = copy(self)
        seen._source = source
        return seen

    def read(self, path: str, at_most: int = -1) -> bytes:
        noted = self._noted(path)
        content = self._files.read(path, at_most)
        noted.size = len(content)
        self._note(noted, _CUT if len(content) == at_most else hashlib.sha256(content).hexdigest())
        return content

    def sha256(self, path: str) -> str:
        noted = self._noted(path)
        digest = self._files.sha256(path)
        noted.size = self._files.size(path)
        self._note(noted, digest)
        return digest

    def size(self, path: str) -> int | None:
        noted = self._noted(path)
        noted.size = self._files.size(path)
        return noted.size

    def below(self, folder: str) -> list[str]:
        found = self._files.below(folder)
        if self._source is not None:
            self.inputs.setdefault(self._source, Inputs()).folders[folder] = _listing_digest(found)
        return found

    @staticmethod
    def _note(noted: Input, digest: str) -> None:
        """Of a file that changed between two looks nobody knows what was made from it."""
        noted.sha256 = digest if noted.sha256 in (None, digest) else _CUT

    def _noted(self, path: str) -> Input:
        if path not in self._stamps:
            self._stamps[path] = stamp(f"{self._files.root}/{path}", self._settled)
        # Whoever asks on behalf of none reads the files of specs themselves.
        inputs = self.inputs.setdefault(self._source or path, Inputs())
        return inputs.files.setdefault(path, Input(self._stamps[path], None))


class Unchanged:
    """Says whether inputs are as they were, each file looked at once; a stamp that says too little is renewed."""

    def __init__(self, files: FilesOnDisk, settled: int) -> None:
        self._files = files
        self._settled = settled
        self._stamps: dict[str, Stamp] = {}
        self._folders: dict[str, str] = {}
        self.renewed = False

    def __call__(self, inputs: Inputs) -> bool:
        return all(self._is_same(path, known) for path, known in inputs.files.items()) and all(
            self._listing(folder) == digest for folder, digest in inputs.folders.items()
        )

    def _is_same(self, path: str, known: Input) -> bool:
        if path not in self._stamps:
            self._stamps[path] = stamp(f"{self._files.root}/{path}", self._settled)
        now = self._stamps[path]
        if now and now == known.stamp:
            return True
        if not self._has_content(path, known):
            return False
        self.renewed |= known.stamp != now
        known.stamp = now
        return True

    def _has_content(self, path: str, known: Input) -> bool:
        try:
            if self._files.size(path) != known.size:
                return False
            return known.size is None or known.sha256 is None or self._files.sha256(path) == known.sha256
        except OSError:
            return False

    def _listing(self, folder: str) -> str:
        if folder not in self._folders:
            try:
                self._folders[folder] = _listing_digest(self._files.below(folder))
            except OSError:
                self._folders[folder] = ""
        return self._folders[folder]


def _listing_digest(paths: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(paths).encode("utf-8", "surrogateescape")).hexdigest()
