"""Why a fetch has ended without a model: one plain line, and an exit status for each kind of reason."""

from __future__ import annotations

import errno
import os
import re

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LONGEST = 300


class Failure(Exception):
    """`status` is the process's, of sysexits.h; `reason` a short word for logs."""

    def __init__(self, reason: str, status: int, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


def usage(message: str) -> Failure:
    return Failure("usage", os.EX_USAGE, message)


def denied(uri: str, why: str) -> Failure:
    said = f"{uri}: access denied ({why}): the store's credentials are missing, wrong, or may not read it"
    return Failure("denied", os.EX_NOPERM, said)


def missing(uri: str) -> Failure:
    return Failure("missing", os.EX_NOINPUT, f"{uri}: there is nothing of that name (404)")


def no_room(needed: int | None = None, free: int | None = None) -> Failure:
    amounts = "" if needed is None or free is None else f": {needed} bytes are still needed and {free} are free"
    return Failure("no-room", os.EX_CANTCREAT, f"the disk is full{amounts}; `model.size` decides how much there is")


def mismatch(what: str, found: str, expected: str) -> Failure:
    said = f"{what}: the digest is {found}, and should be {expected}; it is not kept"
    return Failure("digest", os.EX_DATAERR, said)


def moved(uri: str) -> Failure:
    return Failure(
        "moved", os.EX_TEMPFAIL, f"{uri} was replaced while it was fetched; the next start takes the new one"
    )


def too_large(uri: str, found: int, stated: int) -> Failure:
    said = f"{uri} has {found} bytes, and `model.size` says {stated}: state its real size"
    return Failure("size", os.EX_CONFIG, said)


def unreachable(uri: str, error: BaseException) -> Failure:
    return Failure("unreachable", os.EX_UNAVAILABLE, f"{uri} cannot be had: {one_line(error)}")


def one_line(error: BaseException) -> str:
    """What an error of the client says first; the rest is a print of its insides."""
    text = re.split(r"\n|Debug source", str(error))[0].strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def status_of(error: Exception) -> int | None:
    """The HTTP status in an error of the client, which has no class of its own for each kind of request."""
    found = re.search(r"status code: (\d{3})", str(error))
    return int(found[1]) if found else None


def explained(uri: str, error: Exception) -> Failure:
    """A store's or the disk's own error as one of these; what is neither is a mistake of ours, and raised."""
    from obstore.exceptions import BaseError, PermissionDeniedError, PreconditionError, UnauthenticatedError

    if isinstance(error, Failure):
        return error
    if not isinstance(error, OSError | BaseError | ValueError):
        raise error
    if isinstance(error, FileNotFoundError) and error.errno is None:
        return missing(uri)
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return no_room()
    status = status_of(error)
    if isinstance(error, PermissionDeniedError) or status == 403:
        return denied(uri, "403")
    if isinstance(error, UnauthenticatedError) or status == 401:
        return denied(uri, "401")
    if status == 404:
        return missing(uri)
    if isinstance(error, PreconditionError):
        return moved(uri)
    return unreachable(uri, error)
