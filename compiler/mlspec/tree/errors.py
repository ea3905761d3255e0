"""An operating system's refusal goes in, a place with its cause and a way out comes out."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

_AGAIN = "then run mlspec compile again: it goes on from where it stopped"

_EXPLANATIONS = {
    errno.ENOSPC: ("the disk is full", f"free some space, {_AGAIN}"),
    errno.EDQUOT: ("the disk quota is used up", f"free some space, {_AGAIN}"),
    errno.EFBIG: ("the file is larger than this file system or this user's limit allows", f"raise the limit, {_AGAIN}"),
    errno.EROFS: ("the file system is read-only", f"mount it writable, {_AGAIN}"),
    errno.EACCES: ("permission denied", f"give your user the right to read and write it, {_AGAIN}"),
    errno.EPERM: ("the operation is not permitted", f"give your user the right to change it, {_AGAIN}"),
    errno.EXDEV: ("it is on another file system", f"keep all output folders on one file system, {_AGAIN}"),
    errno.ENAMETOOLONG: ("the name is longer than this file system allows", "shorten it"),
    errno.ENOLCK: ("this file system has no locks", "work on a file system that has them"),
    errno.ENOSYS: ("this file system has no locks", "work on a file system that has them"),
}


class TreeError(Exception):
    """The tree cannot be read or written; what stands there is whole, and a later run mends the rest."""

    def __init__(self, path: str, cause: str, remedy: str) -> None:
        super().__init__(f"{path}: {cause}; {remedy}")
        self.path = path
        self.cause = cause
        self.remedy = remedy


@contextmanager
def explained(path: str) -> Iterator[None]:
    """Turns an OSError inside into a TreeError about `path`, a path of the workspace."""
    try:
        yield
    except OSError as error:
        fallback = (error.strerror or str(error), f"mend that, {_AGAIN}")
        cause, remedy = _EXPLANATIONS.get(error.errno or 0, fallback)
        raise TreeError(path, cause, remedy) from error
