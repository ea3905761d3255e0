"""Settings -> the memory in which a worker keeps predictions and labels: of fixed size, and open to its siblings.

Each worker writes its own and reads all, so that a label finds its prediction whichever of them it reaches, and none
waits for another. What a sibling is writing at that moment is found out by a checksum, or does no harm.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path

from mlspec_runtime.errors import StartupError
from mlspec_runtime.feedback.matched import Matched
from mlspec_runtime.feedback.recent import Recent
from mlspec_runtime.feedback.seen import Seen

RECENT_BYTES = 4 << 20
"""Of a pod, for predictions by the ids that callers chose: about 80,000 of one row."""
SEEN = 1 << 16
"""Predictions of a pod that have had their label, and are known for it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one worker has written."""

    recent: Recent
    seen: Seen
    matched: Matched


class Memory:
    """`own` is this worker's; a `folder` is shared by all of them, None where there is but one."""

    def __init__(self, folder: Path | None, workers: int, samples: int) -> None:
        self._folder = folder
        self._recent = max(RECENT_BYTES // workers, 64 << 10)
        self._seen = max(SEEN // workers, 1 << 10)
        self._samples = -(-samples // workers)
        self._size = Recent.size(self._recent) + Seen.size(self._seen) + Matched.size(self._samples)
        self._others: dict[str, Sheet] = {}
        self._name = f"feedback.{os.getpid()}"
        self.own = self._sheet(self._create())

    def all(self) -> list[Sheet]:
        """This worker's own, and those of the siblings that run now."""
        if self._folder is None:
            return [self.own]
        there = {file.name for file in self._folder.glob("feedback.*")} - {self._name}
        for gone in self._others.keys() - there:
            del self._others[gone]
        for new in there - self._others.keys():
            if (found := self._open(self._folder / new)) is not None:
                self._others[new] = found
        return [self.own, *self._others.values()]

    def _create(self) -> mmap.mmap:
        if self._folder is None:
            return mmap.mmap(-1, self._size)
        file = self._folder / self._name
        written = self._folder / f"new.{self._name}"
        try:
            descriptor = os.open(written, os.O_RDWR | os.O_CREAT, 0o600)
            # Reserved now: a write to a full file system in memory would end the process later.
            os.posix_fallocate(descriptor, 0, self._size)
            written.rename(file)
        except OSError as error:
            raise StartupError("accuracy", f"no room for {self._size} bytes in {self._folder}: {error}") from error
        return _map(descriptor, self._size)

    def _open(self, file: Path) -> Sheet | None:
        try:
            descriptor = os.open(file, os.O_RDWR)
        except OSError:
            return None  # its worker has just ended
        return self._sheet(_map(descriptor, self._size))

    def _sheet(self, memory: mmap.mmap) -> Sheet:
        view, recent = memoryview(memory), Recent.size(self._recent)
        seen = recent + Seen.size(self._seen)
        return Sheet(Recent(view[:recent], self._recent), Seen(view[recent:seen]), Matched(view[seen:], self._samples))


def _map(descriptor: int, size: int) -> mmap.mmap:
    try:
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)
