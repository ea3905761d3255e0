"""What is kept of an answer, one number for each row -> an id that any replica can read, and back.

The id holds the prediction itself, so that nothing need be remembered: labels find it after days, at another replica,
after a restart and after the next version has come. It is guarded against damage, not against forgery: whoever may
send an id may send a wrong label, too.
"""

from __future__ import annotations

import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from itertools import count
from time import time
from typing import Final
from zlib import crc32

PREFIX: Final = "p1."
LONGEST: Final = 16 << 10
"""Bytes of the numbers in an id; an answer with more rows gets none."""

_HEAD: Final = 2
"""Bytes: the kind, and how long the version is that follows."""
_MADE: Final = struct.Struct("<IQ")
_CHECK: Final = 4


class Damaged(ValueError):
    """An id of ours that is not whole."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """`kind` says what the `values` are (see `readings`); `made` in seconds since 1970; no two have one `number`."""

    kind: bytes
    made: int
    number: int
    version: str
    values: bytes


class Mint:
    """Makes the ids of one process, all of one kind and version."""

    def __init__(self, kind: bytes, version: str) -> None:
        written = version.encode()
        self._start = kind + bytes([len(written)]) + written
        # Processes draw where they begin, so that no two count the same numbers.
        self._numbers = count(int.from_bytes(os.urandom(7)) << 8)

    def __call__(self, values: bytes) -> bytes:
        """The bytes that an id is written from."""
        body = self._start + _MADE.pack(int(time()), next(self._numbers)) + values
        return body + crc32(body).to_bytes(_CHECK, "little")


def to_text(raw: bytes) -> str:
    return PREFIX + urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: str) -> Prediction:
    """Raises Damaged. `text` begins with PREFIX."""
    written = text[len(PREFIX) :]
    try:
        return from_bytes(urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (NotBase64, ValueError):
        raise Damaged from None


def from_bytes(raw: bytes) -> Prediction:
    """Raises Damaged."""
    body, check = raw[:-_CHECK], raw[-_CHECK:]
    if len(body) < _HEAD or crc32(body).to_bytes(_CHECK, "little") != check:
        raise Damaged
    end = _HEAD + body[1]
    version, rest = body[_HEAD:end].decode(errors="replace"), body[end:]
    # What stands in it may be anything all the same: a checksum is no signature.
    if len(rest) < _MADE.size or not version or not version.isprintable():
        raise Damaged
    made, number = _MADE.unpack_from(rest)
    return Prediction(body[:1], made, number, version, rest[_MADE.size :])
