"""One tensor's `data` or raw bytes -> an array of the datatype and shape that the request gives.

Layout and encodings: Open Inference Protocol V2, "Tensor Data", and its binary tensor data extension.
"""

from __future__ import annotations

import struct
from math import prod
from typing import Any, Literal

import numpy as np

from mlspec_runtime.datatypes import BYTES, DTYPES, Array
from mlspec_runtime.protocol.document import JsonArray, plain
from mlspec_runtime.protocol.message import bad

_FLOATS = {"FP32", "FP64"}
_MAX_DIMENSIONS = 32


def read_shape(value: Any, place: str) -> tuple[int, ...]:
    shape = value.as_list() if isinstance(value, JsonArray) else value
    if not isinstance(shape, list) or not all(type(length) is int and length >= 0 for length in shape):
        raise bad(f"{place}: shape must be a list of whole numbers that are not negative")
    if len(shape) > _MAX_DIMENSIONS:
        raise bad(f"{place}: shape has {len(shape)} dimensions; at most {_MAX_DIMENSIONS} are allowed")
    return tuple(shape)


def from_json(data: Any, datatype: str, shape: tuple[int, ...], place: str) -> Array:
    """Row-major `data`, flat or nested as `shape` says. Numbers go from text to the array without objects between."""
    if not isinstance(data, JsonArray):
        raise bad(f"{place}: data must be a list")
    if len(data) and isinstance(data[0], JsonArray):
        _check_nesting(data, shape, place)
    if datatype == BYTES:
        flat = _texts(data, place)
    elif datatype == "BOOL":
        flat = _booleans(data, place)
    elif datatype == "FP16":
        raise bad(f"{place}: FP16 has no JSON form; send it as binary data")
    else:
        flat = _numbers(data, datatype, place)
    if flat.size != prod(shape):
        raise bad(f"{place}: data has {flat.size} elements; shape {list(shape)} needs {prod(shape)}")
    return flat.reshape(shape)


def from_bytes(raw: memoryview, datatype: str, shape: tuple[int, ...], place: str) -> Array:
    """Little-endian elements as a read-only view of `raw`; BYTES elements are copied out of it."""
    count = prod(shape)
    if datatype == BYTES:
        return _read_strings(raw, count, place).reshape(shape)
    dtype = DTYPES[datatype]
    if len(raw) != count * dtype.itemsize:
        raise bad(f"{place}: {len(raw)} bytes of binary data; shape {list(shape)} needs {count * dtype.itemsize}")
    return np.frombuffer(raw, dtype).reshape(shape)


def _check_nesting(data: JsonArray, shape: tuple[int, ...], place: str) -> None:
    if not shape or len(data) != shape[0]:
        raise bad(f"{place}: data is not nested as its shape says")
    if len(shape) == 1:
        return
    for row in data:
        if not isinstance(row, JsonArray) or len(row) != shape[1]:
            raise bad(f"{place}: data is not nested as its shape says")
        if len(shape) > 2:
            _check_nesting(row, shape[1:], place)


def _numbers(data: JsonArray, datatype: str, place: str) -> Array:
    wanted = DTYPES[datatype]
    code: Literal["d", "i", "u"] = "d" if datatype in _FLOATS else "u" if datatype == "UINT64" else "i"
    try:
        wide = np.frombuffer(data.as_buffer(of_type=code), f"<{'f' if code == 'd' else code}8")
    except (TypeError, ValueError):
        word = "numbers" if code == "d" else "whole numbers that fit"
        raise bad(f"{place}: data must be {word} for {datatype}") from None
    if wide.dtype == wanted:
        return wide
    try:
        with np.errstate(over="raise"):
            narrow = wide.astype(wanted)
        fits = code == "d" or bool((narrow == wide).all())
    except FloatingPointError:
        fits = False
    if not fits:
        raise bad(f"{place}: data has a number that does not fit {datatype}")
    return narrow


def _booleans(data: JsonArray, place: str) -> Array:
    flat = _flatten(plain(data))
    if not all(type(element) is bool for element in flat):
        raise bad(f"{place}: data must be true or false for BOOL")
    return np.array(flat, dtype=bool)


def _texts(data: JsonArray, place: str) -> Array:
    flat = _flatten(plain(data))
    if not all(type(element) is str for element in flat):
        raise bad(f"{place}: data must be strings for BYTES")
    array = np.empty(len(flat), dtype=object)
    array[:] = [element.encode() for element in flat]
    return array


def _flatten(values: list[Any]) -> list[Any]:
    while values and isinstance(values[0], list):
        if not all(isinstance(value, list) for value in values):
            return [None]
        values = [element for value in values for element in value]
    return values


def _read_strings(raw: memoryview, count: int, place: str) -> Array:
    """Each element is a 4-byte little-endian length and that many bytes."""
    found: list[bytes] = []
    at = 0
    while at < len(raw) and len(found) < count:
        if at + 4 > len(raw):
            break
        (length,) = struct.unpack_from("<I", raw, at)
        at += 4
        found.append(bytes(raw[at : at + length]))
        at += length
    if at != len(raw) or len(found) != count:
        raise bad(f"{place}: the binary data does not hold {count} BYTES elements")
    array = np.empty(count, dtype=object)
    array[:] = found
    return array
