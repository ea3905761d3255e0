"""The latest predictions that have had their label: a table of numbers, in which the newest push out the oldest."""

from __future__ import annotations

import struct
from typing import Final

_WAYS: Final = 8
_SET: Final = struct.Struct(f"<{_WAYS}Q")
_MIX: Final = 0x9E3779B97F4A7C15
"""Spreads consecutive numbers over the table (Knuth's multiplicative hashing, by the golden ratio)."""


class Seen:
    """One writer, any number of readers in other processes."""

    @staticmethod
    def size(numbers: int) -> int:
        return numbers // _WAYS * _SET.size

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory
        self._sets = len(memory) // _SET.size

    def __contains__(self, number: int) -> bool:
        return number in _SET.unpack_from(self._memory, self._place(number))

    def add(self, number: int) -> None:
        place = self._place(number)
        _SET.pack_into(self._memory, place, number, *_SET.unpack_from(self._memory, place)[:-1])

    def _place(self, number: int) -> int:
        return (number * _MIX >> 32) % self._sets * _SET.size
