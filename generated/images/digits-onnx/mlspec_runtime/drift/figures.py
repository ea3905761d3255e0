"""The counts of each worker's window -> those of all workers together, which their figures are computed from.

An index cannot be added up over workers; rows by bucket can. Whoever is scraped adds what the others have written.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from mlspec_runtime.datatypes import Array

_PREFIX = "drift."


class Figures:
    """Of a process that is alone."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._total: Array = np.zeros(shape, dtype=np.int64)

    def publish(self, total: Array) -> None:
        """Called by the drift thread; `total` is not changed any more."""
        self._total = total

    def total(self) -> Array:
        return self._total


class SharedFigures(Figures):
    """Of one process among several: each has a file in a folder, always whole; their parent removes a dead one's."""

    def __init__(self, shape: tuple[int, ...], folder: Path) -> None:
        super().__init__(shape)
        self._folder = folder
        self._file = folder / f"{_PREFIX}{os.getpid()}"
        self.publish(self._total)

    def publish(self, total: Array) -> None:
        super().publish(total)
        new = self._file.with_name(f"new-{self._file.name}")
        new.write_bytes(total.tobytes())
        new.replace(self._file)

    def total(self) -> Array:
        total = np.zeros_like(self._total)
        for file in self._folder.glob(f"{_PREFIX}*"):
            try:
                total += np.frombuffer(file.read_bytes(), dtype=np.int64).reshape(total.shape)
            except FileNotFoundError:
                continue  # its process has just ended
        return total
