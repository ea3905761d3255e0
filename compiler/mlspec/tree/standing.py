"""A path of the workspace goes in, what stands there comes out; a symbolic link is seen and never followed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from .errors import explained
from .layout import Layout

KEPT = 1 << 20
"""Bytes up to which the content of an output is kept; one that is larger is hashed as it is read."""

WHOLE = 1 << 62
"""For records of our own, which are kept whatever their size."""

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # non-blocking: a pipe must not hang the compiler
_IS_LINK = (errno.ELOOP, errno.EMLINK)  # what O_NOFOLLOW answers on Linux and macOS, and on FreeBSD


class Shape(StrEnum):
    FILE = "file"
    LINK = "symbolic link"
    FOLDER = "folder"
    DEVICE = "device, pipe or socket"


class Standing(Struct, frozen=True, dict=True):
    """What stands at a path. `content` is None for what is no file, and for a file too large to keep."""

    shape: Shape
    content: bytes | None = None
    hashed: str | None = None

    @cached_property
    def sha256(self) -> str | None:
        """Hex digest of a file's content, None for what is no file."""
        return hashlib.sha256(self.content).hexdigest() if self.content is not None else self.hashed


def look(layout: Layout, path: str, keep: int = KEPT) -> Standing | None:
    """What stands at `path`, read once; None when nothing does. Its folder must have been seen as real.

    The content of a file of up to `keep` bytes is kept.
    """
    with explained(path):
        try:
            descriptor = os.open(layout.on_disk(path), _OPEN)
        except (FileNotFoundError, NotADirectoryError):  # the latter where another compile changes a folder to a file
            return None
        except OSError as error:
            if error.errno in _IS_LINK:
                return Standing(Shape.LINK)
            if error.errno == errno.ENXIO:
                return Standing(Shape.DEVICE)
            raise
        try:
            return _read(descriptor, keep)
        finally:
            os.close(descriptor)


def _read(descriptor: int, keep: int) -> Standing:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        return Standing(Shape.FOLDER)
    if not stat.S_ISREG(status.st_mode):
        return Standing(Shape.DEVICE)
    if status.st_size > keep:
        with open(descriptor, "rb", buffering=0, closefd=False) as file:
            return Standing(Shape.FILE, hashed=hashlib.file_digest(file, "sha256").hexdigest())
    content = os.read(descriptor, status.st_size + 1)
    while len(content) != status.st_size and (more := os.read(descriptor, KEPT)):
        content += more
    return Standing(Shape.FILE, content)
