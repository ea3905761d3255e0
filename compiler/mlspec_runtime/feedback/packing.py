"""The predictions of an answer's rows -> the few bytes that tell them, behind one that says how; and back to numbers.

Each byte of an id is paid for at every request, and with 256 rows every byte of a row is 340 of an id.
"""

from __future__ import annotations

from typing import Any, Final
from zlib import crc32

import numpy as np

from mlspec_runtime.datatypes import Array
from mlspec_runtime.feedback.prediction import Damaged

CODES: Final = b"c"
"""Classes by the checksum of their name."""
COLUMNS: Final = b"i"
"""Classes by their place in a list of such checksums, which stands before them."""
PAIRS: Final = b"b"
"""Of two classes a bit for each row; before them the checksums of both, and how many rows the last byte holds."""
SMALL: Final = b"n"
"""Classes whose names are whole numbers below 256."""
SCORES: Final = b"s"
VALUES: Final = b"v"
MOST: Final = 256
"""What a byte tells apart."""

_WIDTHS: Final[dict[bytes, np.dtype[Any]]] = {CODES: np.dtype("<u4"), SCORES: np.dtype("<f4"), VALUES: np.dtype("<f8")}
_CLASSES: Final = (CODES, COLUMNS, PAIRS, SMALL)
_FAMILIES: Final = {"accuracy": _CLASSES, "f1": _CLASSES, "auc": (SCORES,)}


def code_of(name: str) -> int:
    return crc32(name.encode(errors="replace"))


_SMALL_CODES: Final[Array] = np.array([code_of(str(number)) for number in range(MOST)], "<u4")


def suits(metric: str, packed: bytes) -> bool:
    """Whether what was packed for one metric tells another."""
    return packed[:1] in _FAMILIES.get(metric, (VALUES,))


def listed(codes: Array) -> bytes:
    """What stands before the columns of at most `MOST` classes."""
    return COLUMNS + bytes([len(codes) - 1]) + codes.astype("<u4").tobytes()


def paired(codes: Array) -> tuple[bytes, ...]:
    """What stands before the bits of rows of two classes, by how many rows the last byte holds."""
    return tuple(PAIRS + codes.astype("<u4").tobytes() + bytes([rest]) for rest in range(8))


def unpack(packed: bytes) -> Array:
    """A number for each row. Raises Damaged."""
    kind, rows = packed[:1], packed[1:]
    try:
        if kind == SMALL:
            small: Array = _SMALL_CODES[np.frombuffer(rows, "u1")]
            return small
        if kind == PAIRS:
            bits = np.unpackbits(np.frombuffer(rows[9:], "u1"))
            pair: Array = np.frombuffer(rows[:8], "<u4")[bits[: len(bits) - -rows[8] % 8]]
            return pair
        if kind == COLUMNS:
            length = 4 * (rows[0] + 1)
            codes: Array = np.frombuffer(rows[1:][:length], "<u4")
            by_row: Array = codes[np.frombuffer(rows[1 + length :], "u1")]
            return by_row
        return np.frombuffer(rows, _WIDTHS[kind])
    except (KeyError, IndexError, ValueError):
        raise Damaged from None
