"""Counts as they come -> their sum over a sliding window, in memory that does not grow."""

from __future__ import annotations

import numpy as np

from mlspec_runtime.datatypes import Array

PARTS = 12
"""Of a window: what is older than it leaves by a part at a time."""


class Window:
    """Holds the last `seconds`, less the part that has just begun. Times are of a clock that never goes back."""

    def __init__(self, shape: tuple[int, ...], seconds: float, now: float) -> None:
        self._parts = np.zeros((PARTS, *shape), dtype=np.int64)
        self._length = seconds / PARTS
        self._current = self._part(now)

    def add(self, counts: Array, now: float) -> None:
        self._advance(now)
        self._parts[self._current % PARTS] += counts

    def total(self, now: float) -> Array:
        self._advance(now)
        total: Array = self._parts.sum(axis=0)
        return total

    def _part(self, now: float) -> int:
        return int(now // self._length)

    def _advance(self, now: float) -> None:
        """Forgets the parts that the window has left behind."""
        new = self._part(now)
        for part in range(max(self._current + 1, new - PARTS + 1), new + 1):
            self._parts[part % PARTS] = 0
        self._current = max(self._current, new)
