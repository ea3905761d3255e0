"""Tensors <-> the values that JSON has for them, and the raw bytes of the binary tensor data extension."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

BYTES: Final = "BYTES"
CODES: Final = {
    "BOOL": "?",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "FP16": "e",
    "FP32": "f",
    "FP64": "d",
}
"""Datatype -> the letter that Python's `struct` has for one element."""
DATATYPES: Final = (*CODES, BYTES)
BINARY_ONLY: Final = "FP16"
"""The datatype that has no JSON form."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One tensor of a signature; -1 is any length, and as the first length it counts rows."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    @property
    def has_rows(self) -> bool:
        return self.shape[:1] == (-1,)


@dataclass(frozen=True, slots=True)
class Tensor:
    """`values` are flat and row-major: bool, int, float, or `bytes` for BYTES."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: Sequence[Any]


def sample(spec: Spec) -> Tensor:
    """One row of zeros and ones (`"0"` and `"1"` for BYTES), of length 1 wherever the signature leaves it open."""
    shape = tuple(abs(length) for length in spec.shape)
    pair = {"BOOL": (False, True), BYTES: (b"0", b"1")}.get(spec.datatype, (0, 1))
    if spec.datatype.startswith("FP"):
        pair = (0.0, 1.0)
    return Tensor(spec.name, spec.datatype, shape, [pair[index % 2] for index in range(math.prod(shape))])


def repeat(tensor: Tensor, times: int) -> Tensor:
    """The same rows again and again."""
    shape = (tensor.shape[0] * times, *tensor.shape[1:])
    return Tensor(tensor.name, tensor.datatype, shape, list(tensor.values) * times)


def to_json(tensor: Tensor) -> list[Any]:
    """Flat values as JSON has them. Raises UnicodeDecodeError where BYTES are no text."""
    return [value.decode() if isinstance(value, bytes) else value for value in tensor.values]


def nest(values: Sequence[Any], shape: Sequence[int]) -> list[Any]:
    """Flat row-major values as lists of lists."""
    if len(shape) < 2:
        return list(values)
    size = math.prod(shape[1:])
    return [nest(values[row * size : (row + 1) * size], shape[1:]) for row in range(shape[0])]


def pack(tensor: Tensor) -> bytes:
    """Little-endian elements; of BYTES each is its length in four bytes, then itself."""
    if tensor.datatype == BYTES:
        return b"".join(struct.pack("<I", len(value)) + value for value in tensor.values)
    return struct.pack(f"<{len(tensor.values)}{CODES[tensor.datatype]}", *tensor.values)


def unpack(datatype: str, raw: bytes) -> list[Any]:
    """The elements of `pack`. Raises ValueError where the bytes are no whole elements."""
    if datatype != BYTES:
        size = struct.calcsize(f"<{CODES[datatype]}")
        if len(raw) % size:
            raise ValueError(f"{len(raw)} bytes are no whole number of {datatype} elements")
        return list(struct.unpack(f"<{len(raw) // size}{CODES[datatype]}", raw))
    values: list[Any] = []
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "little")
        if at + 4 + length > len(raw):
            raise ValueError("a BYTES element is longer than what is left of its tensor")
        values.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    return values
