"""What is kept of an answer -> an id that any replica can read, and back.

The id holds the prediction itself, so that nothing need be remembered: labels find it after days, at another replica,
after a restart and after the next version has come. It is guarded against damage, not against forgery: whoever may
send an id may send a wrong label, too.
"""

from __future__ import annotations

import os
import struct
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from time import time
from typing import Final
from zlib import crc32

PREFIX: Final = "p1."
LONGEST: Final = 16 << 10
"""Bytes of an answer's packed rows; one with more gets no id."""

_MADE: Final = struct.Struct("<IQ")
_CHECK: Final = 4


class Damaged(ValueError):
    """An id of ours that is not whole."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """`packed` are the predictions of its rows; `made` in seconds since 1970; no two have one `number`."""

    made: int
    number: int
    version: str
    packed: bytes


class Mint:
    """Makes the ids of one process, all of one version."""

    def __init__(self, version: str) -> None:
        written = version.encode()
        self._start = bytes([len(written)]) + written
        # Processes draw where they begin, so that no two count the same numbers.
        self._numbers = count(int.from_bytes(os.urandom(7)) << 8)
        self._made = -1
        self._head = b""

    def __call__(self, packed: Iterable[bytes]) -> list[str | None]:
        """An id for each, in the packing of its rows; None where that is too long.

        Many at once: code that has just run costs half of what it costs between two requests.
        """
        made = int(time())
        if made != self._made:
            self._made, self._head = made, self._start + made.to_bytes(4, "little")
        head, numbers, ids = self._head, self._numbers, list[str | None]()
        for rows in packed:
            body = head + next(numbers).to_bytes(8, "little") + rows
            raw = body + crc32(body).to_bytes(_CHECK, "little")
            ids.append(PREFIX + b2a_base64(raw, newline=False).decode() if len(rows) <= LONGEST else None)
        return ids


def to_bytes(text: str) -> bytes:
    """Raises Damaged. `text` begins with PREFIX."""
    try:
        return a2b_base64(text[len(PREFIX) :], strict_mode=True)
    except ValueError:
        raise Damaged from None


def from_text(text: str) -> Prediction:
    """Raises Damaged. `text` begins with PREFIX."""
    return from_bytes(to_bytes(text))


def from_bytes(raw: bytes) -> Prediction:
    """Raises Damaged."""
    body, check = raw[:-_CHECK], raw[-_CHECK:]
    if not body or crc32(body).to_bytes(_CHECK, "little") != check:
        raise Damaged
    end = 1 + body[0]
    version, rest = body[1:end].decode(errors="replace"), body[end:]
    # What stands in it may be anything all the same: a checksum is no signature.
    if len(rest) < _MADE.size or not version or not version.isprintable():
        raise Damaged
    made, number = _MADE.unpack_from(rest)
    return Prediction(made, number, version, rest[_MADE.size :])
