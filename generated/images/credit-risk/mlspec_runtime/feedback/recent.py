"""The latest predictions by the ids that callers chose: a ring of bytes, and a table that says where each begins."""

from __future__ import annotations

import struct
from hashlib import blake2b
from typing import Final

_WAYS: Final = 8
_SET: Final = struct.Struct(f"<{2 * _WAYS}Q")
_SLOT: Final = 16
_HEAD: Final = struct.Struct("<16sI")
_SHORTEST: Final = 48
"""Bytes of an entry with one row, about. There are two slots for each such entry, so that few sets are ever full."""


class Recent:
    """One writer, any number of readers in other processes. The newest of two entries with one id is found."""

    @staticmethod
    def size(ring: int) -> int:
        return ring + _sets(ring) * _SET.size

    def __init__(self, memory: memoryview, ring: int) -> None:
        self._ring = memory[:ring]
        self._table = memory[ring:]
        self._sets = _sets(ring)
        self._written = 0

    def put(self, name: str, entry: bytes) -> None:
        """An entry that would fill more than a sixteenth of the ring is not kept."""
        key = _key(name)
        length, ring = _HEAD.size + len(entry), len(self._ring)
        if length > ring // 16:
            return
        at = self._written % ring
        if at + length > ring:
            self._written += ring - at
            at = 0
        self._ring[at : at + length] = _HEAD.pack(key, len(entry)) + entry
        # Before those that are there already, of which the last, the oldest, goes.
        place = self._place(key)
        self._table[place : place + _SET.size] = (
            key[:8] + self._written.to_bytes(8, "little") + self._table[place : place + _SET.size - _SLOT]
        )
        self._written += length

    def get(self, name: str) -> bytes | None:
        """The entry as it was put, or what has been written over it since: its reader finds out by the checksum."""
        key = _key(name)
        slots, first = _SET.unpack_from(self._table, self._place(key)), int.from_bytes(key[:8], "little")
        if first not in slots[::2]:
            return None
        at = slots[2 * slots[::2].index(first) + 1] % len(self._ring)
        if at + _HEAD.size > len(self._ring):
            return None
        found, length = _HEAD.unpack_from(self._ring, at)
        return bytes(self._ring[at + _HEAD.size :][:length]) if found == key else None

    def _place(self, key: bytes) -> int:
        """Where its set of slots begins."""
        return int.from_bytes(key[8:], "little") % self._sets * _SET.size


def _key(name: str) -> bytes:
    return blake2b(name.encode(errors="surrogatepass"), digest_size=16).digest()


def _sets(ring: int) -> int:
    return 2 * ring // _SHORTEST // _WAYS
