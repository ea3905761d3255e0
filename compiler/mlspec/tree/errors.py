"""An operating system's refusal goes in, a place with its cause and a way out comes out."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

_REFUSALS = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space"),
    errno.EFBIG: ("the file is larger than this file system or this user's limit allows", "raise the limit"),
    errno.EROFS: ("the file system is read-only", "mount it writable"),
    errno.EACCES: ("permission denied", "give your user the right to read and write it"),
    errno.EPERM: ("the operation is not permitted", "give your user the right to change it"),
    errno.EXDEV: ("it is on another file system", "keep all output folders on one file system"),
}
"""What somebody can mend, and then run the same again."""
_LIMITS = {
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
        again = "then run mlspec compile again: it goes on from where it stopped"
        raise TreeError(path, *_said(error, again)) from error


def in_words(error: OSError) -> str:
    """The place, if the system says it, with the cause and a way out: of any command."""
    cause, remedy = _said(error, "then run it again")
    known = error.errno in _REFUSALS or error.errno in _LIMITS
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{cause}; {remedy}" if known else f"{place}{cause}"


def _said(error: OSError, again: str) -> tuple[str, str]:
    if limit := _LIMITS.get(error.errno or 0):
        return limit
    cause, remedy = _REFUSALS.get(error.errno or 0, (error.strerror or str(error), "mend that"))
    return cause, f"{remedy}, {again}"
