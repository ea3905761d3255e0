"""The files of a source -> the same on the disk: parts in parallel, whatever is there already left as it is."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from mlspec_runtime.fetch.failure import no_room, too_large, unreachable
from mlspec_runtime.fetch.ledger import Ledger, Partial
from mlspec_runtime.fetch.source import Remote, Source

PARALLEL = 8
"""Requests under way: enough that one connection's bandwidth is not the limit."""
_TICK = 1.0


@dataclass
class Progress:
    """Bytes; `present` were there at the start."""

    total: int
    present: int
    arrived: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def done(self) -> int:
        return self.present + self.arrived

    def add(self, count: int) -> None:
        with self._lock:
            self.arrived += count


def plan_download(uri: str, remotes: Sequence[Remote], ledger: Ledger, stated: int) -> Progress:
    """Makes room, and raises Failure where there is too little of it, or the model is larger than was said."""
    total = sum(remote.size for remote in remotes)
    if total > stated:
        raise too_large(uri, total, stated)
    ledger.keep_only(remotes)
    progress = Progress(total, sum(ledger.present(remote) for remote in remotes))
    disk = os.statvfs(ledger.files)
    needed, free = total - progress.present, disk.f_bavail * disk.f_frsize
    if needed > free:
        raise no_room(needed, free)
    return progress


def download(
    source: Source, remotes: Sequence[Remote], ledger: Ledger, progress: Progress, tick: Callable[[Progress], None]
) -> None:
    """Until every file is in its place; `tick` is called each second. Raises what the first part raised that failed."""
    parts = _Parts(remotes, ledger)
    pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="fetch")
    running: set[Future[None]] = {pool.submit(_work, source, parts, ledger, progress) for _ in range(PARALLEL)}
    while running:
        done, running = wait(running, timeout=_TICK, return_when=FIRST_EXCEPTION)
        for future in done:
            if error := future.exception():
                parts.stop()
                raise error
        tick(progress)
    pool.shutdown()


class _Parts:
    """What is left to fetch, handed out to whoever asks; a file is opened when its first part is."""

    def __init__(self, remotes: Sequence[Remote], ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._left: dict[str, int] = {}
        self._parts = self._each([remote for remote in remotes if not ledger.is_finished(remote)])

    def next(self) -> tuple[Partial, int, int] | None:
        with self._lock:
            return next(self._parts, None)

    def stop(self) -> None:
        with self._lock:
            self._parts = iter(())

    def is_last(self, partial: Partial) -> bool:
        """To be called once for each part that is whole."""
        with self._lock:
            self._left[partial.remote.name] -= 1
            return not self._left[partial.remote.name]

    def _each(self, remotes: Sequence[Remote]) -> Iterator[tuple[Partial, int, int]]:
        for remote in remotes:
            partial = self._ledger.open(remote)
            missing = partial.missing()
            if not missing:
                self._ledger.finish(partial)
            self._left[remote.name] = len(missing)
            yield from ((partial, start, end) for start, end in missing)


def _work(source: Source, parts: _Parts, ledger: Ledger, progress: Progress) -> None:
    while (part := parts.next()) is not None:
        partial, start, end = part
        offset = start
        for chunk in source.read(partial.remote, start, end):
            partial.write(offset, chunk)
            offset += len(chunk)
            progress.add(len(chunk))
        if offset != end:
            error = OSError(f"{offset - start} bytes came where {end - start} were asked for")
            raise unreachable(partial.remote.key, error)
        partial.mark(start)
        if parts.is_last(partial):
            ledger.finish(partial)
