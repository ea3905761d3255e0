"""The latest rows whose label has come, with their predictions: a ring for each of the versions that made them."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from mlspec_runtime.datatypes import Array

VERSIONS: Final = 8
"""That a process tells apart: labels come late, for predictions of versions that are gone. No caller can add more."""
_NAME: Final = 56
_HEAD: Final = struct.Struct(f"<{_NAME}sQ")
_ROW: Final = 16


class Matched:
    """One writer, any number of readers in other processes. A row is two numbers: prediction and label."""

    @staticmethod
    def size(samples: int) -> int:
        return VERSIONS * (_HEAD.size + samples * _ROW)

    def __init__(self, memory: memoryview, samples: int) -> None:
        self._samples = samples
        length = _HEAD.size + samples * _ROW
        self._rings = [memory[index * length : (index + 1) * length] for index in range(VERSIONS)]

    def reserve(self, version: str) -> None:
        """A ring for the version that this process serves, whatever others callers send."""
        _HEAD.pack_into(self._rings[0], 0, version.encode(), 0)

    def holds(self, version: str) -> bool:
        """Whether there is a ring for this version, or one to be had."""
        return any(self._name(ring) in (version, "") for ring in self._rings) and len(version.encode()) <= _NAME

    def add(self, version: str, predicted: Array, labels: Array) -> None:
        """Rows of a version that it holds; of very many only the last."""
        ring = next(ring for ring in self._rings if self._name(ring) in (version, ""))
        count = _HEAD.unpack_from(ring)[1]
        rows = np.column_stack([predicted, labels]).astype("<f8")[-self._samples :]
        count += len(labels) - len(rows)
        places = (count + np.arange(len(rows))) % self._samples
        self._rows(ring)[places] = rows
        _HEAD.pack_into(ring, 0, version.encode(), count + len(rows))

    def rows(self) -> dict[str, tuple[int, Array]]:
        """By version: how many rows there have been, and the latest of them, not in order."""
        found: dict[str, tuple[int, Array]] = {}
        for ring in self._rings:
            count = _HEAD.unpack_from(ring)[1]
            if count:
                found[self._name(ring)] = count, self._rows(ring)[: min(count, self._samples)]
        return found

    def _name(self, ring: memoryview) -> str:
        raw: bytes = _HEAD.unpack_from(ring)[0]
        return raw.rstrip(b"\0").decode(errors="replace")

    def _rows(self, ring: memoryview) -> Array:
        return np.frombuffer(ring, "<f8", offset=_HEAD.size).reshape(-1, 2)
