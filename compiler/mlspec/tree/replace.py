"""A file's place in; a stream for its new content, and once that is whole the file in its place, out.

Whenever this process is killed, the file is as it was or as it should be. What a killed one had begun lies beside it
under a name of its own, and goes with the next write of that file; one that another process is writing is locked.
"""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_SUFFIX = ".mlspec"


def replace(target: Path, content: bytes) -> None:
    """With the permissions that it had. Raises OSError about `target`."""
    with replacing(target) as stream:
        stream.write(content)


@contextmanager
def replacing(target: Path, *, new: bool = False) -> Iterator[BinaryIO]:
    """For content that comes bit by bit; a file that is `new` takes no other's place."""
    place = target.resolve()  # a link stays one
    with _about(place):
        _clear(place)
        handle, name = _begun(place)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fchmod(stream.fileno(), _mode(place))
                os.fsync(stream.fileno())
                if new and os.path.lexists(target):
                    raise FileExistsError(errno.EEXIST, "somebody else has just written it", str(target))
                os.replace(name, place)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise


def _begun(place: Path) -> tuple[int, str]:
    """A file of its own, locked. Until it was, another process might have taken it for what a killed one left."""
    while True:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=_SUFFIX)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:
                return handle, name
        except BaseException:
            os.close(handle)
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise
        os.close(handle)


def _mode(place: Path) -> int:
    try:
        return place.stat().st_mode & 0o7777
    except FileNotFoundError:
        return 0o644


def _clear(place: Path) -> None:
    """Removes what killed processes left."""
    for left in place.parent.glob(f".{place.name}.*{_SUFFIX}"):
        with suppress(OSError), left.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


@contextmanager
def _about(place: Path) -> Iterator[None]:
    """Of a disk that is full the system does not say which file it was, and of one that is read-only the temporary."""
    try:
        yield
    except OSError as error:
        if str(error.filename or _SUFFIX).endswith(_SUFFIX) and error.errno is not None:
            raise OSError(error.errno, error.strerror, str(place)) from error
        raise
