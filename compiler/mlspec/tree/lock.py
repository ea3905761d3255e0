"""A workspace goes in, the sole right to write it comes out; the kernel takes it back from a process that is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from .errors import TreeError, explained
from .folders import Folders
from .layout import Layout


@contextmanager
def exclusive(layout: Layout, patience: float) -> Iterator[None]:
    """Holds the lock of the workspace's output; TreeError when another process keeps it for `patience` seconds.

    The lock file stays when the lock goes, for to delete it could split those who wait for it over two files. A file
    system without locks is refused: the library's substitute, a file whose existence is the lock, outlives a kill.
    """
    Folders(layout).make(layout.work)
    lock = FileLock(layout.on_disk(layout.lock), timeout=patience, fallback_to_soft=False)
    with explained(layout.lock):
        try:
            lock.acquire()
        except Timeout as error:
            cause = f"another mlspec has been writing this workspace for {patience:g} s"
            raise TreeError(layout.lock, cause, "wait for it or end it, then run mlspec compile again") from error
    try:
        yield
    finally:
        lock.release()
