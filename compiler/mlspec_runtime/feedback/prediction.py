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

_HEAD: Final = struct.Struct("<cIQB")
_CHECK: Final = struct.Struct("<I")


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
        self._kind = kind
        self._version = version.encode()
        # Processes draw where they begin, so that no two count the same numbers.
        self._numbers = count(int.from_bytes(os.urandom(7)) << 8)

    def __call__(self, values: bytes) -> bytes:
        """The bytes that an id is written from."""
        version = self._version
        body = _HEAD.pack(self._kind, int(time()), next(self._numbers), len(version)) + version + values
        return body + _CHECK.pack(crc32(body))


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
    body, check = raw[: -_CHECK.size], raw[-_CHECK.size :]
    if len(body) < _HEAD.size or check != _CHECK.pack(crc32(body)):
        raise Damaged
    kind, made, number, length = _HEAD.unpack_from(body)
    end = _HEAD.size + length
    return Prediction(kind, made, number, body[_HEAD.size : end].decode(), body[end:])
