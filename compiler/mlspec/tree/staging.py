"""New contents go in, files on the same file system as their places come out, whole before anything is replaced."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from mlspec.artifacts.file import Copied, File, Output

from .errors import TreeError, explained
from .folders import Folders
from .layout import Layout

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o644  # whatever the umask: an image's numeric user reads what the build context holds
_CHUNK = 1 << 20


class Staging:
    """One folder of files that are not in place yet; what a killed write left there is removed first.

    One for all: ext4 spreads new folders over the disk, and 30,000 new files in theirs take four times as long.
    """

    def __init__(self, layout: Layout, folders: Folders) -> None:
        self._layout = layout
        self._count = 0
        self.clear()
        folders.forget()
        folders.make(layout.staging)

    def clear(self) -> None:
        """Removes the folder with all that is in it."""
        folder = self._layout.on_disk(self._layout.staging)
        with explained(self._layout.staging):
            if os.path.lexists(folder):
                shutil.rmtree(folder)

    def put(self, output: Output, *, flush: bool = False) -> str:
        """Stages one file and returns its place for the operating system; `flush` makes it outlive a power cut."""
        staged = f"{self._layout.on_disk(self._layout.staging)}/{self._count}"
        self._count += 1
        with explained(output.path), _created(staged) as descriptor:
            if isinstance(output, File):
                _write(descriptor, output.content)
            else:
                self._copy(output, descriptor)
            if flush:
                os.fsync(descriptor)
        return staged

    def _copy(self, output: Copied, descriptor: int) -> None:
        digest = hashlib.sha256()
        with explained(output.source), open(self._layout.on_disk(output.source), "rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                with explained(output.path):
                    _write(descriptor, chunk)
        if digest.hexdigest() != output.sha256:
            raise TreeError(output.source, "it changed while mlspec compiled", "run mlspec compile again")


@contextmanager
def _created(path: str) -> Iterator[int]:
    descriptor = os.open(path, _CREATE, _MODE)
    try:
        os.fchmod(descriptor, _MODE)
        yield descriptor
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
