"""A user's own infer request in JSON -> the tensors that the cases send instead of zeros and ones."""

from __future__ import annotations

import json
import math
from typing import Any

from mlspec.client.tensors import BYTES, DATATYPES, Tensor


def read_given(text: bytes) -> tuple[Tensor, ...]:
    """Raises ValueError where it is no infer request with its data in JSON."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(f"the request is not JSON: {error}") from None
    inputs = document.get("inputs") if isinstance(document, dict) else None
    if not isinstance(inputs, list) or not inputs or not all(isinstance(one, dict) for one in inputs):
        raise ValueError('the request has no inputs: write {"inputs": [{"name", "datatype", "shape", "data"}]}')
    return tuple(map(_read, inputs))


def _read(tensor: dict[str, Any]) -> Tensor:
    name, datatype, shape, data = (tensor.get(key) for key in ("name", "datatype", "shape", "data"))
    if not isinstance(name, str) or datatype not in DATATYPES:
        raise ValueError(f"input {name!r} of the request has no name, or {datatype!r} is not one of the datatypes")
    if not isinstance(shape, list) or not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"input {name!r} of the request: shape {shape!r} is not a list of whole numbers")
    flat = data if isinstance(data, list) else []
    while flat and all(isinstance(value, list) for value in flat):
        flat = [value for row in flat for value in row]
    if len(flat) != math.prod(shape):
        raise ValueError(f"input {name!r} of the request has {len(flat)} elements, its shape needs {math.prod(shape)}")
    values = [value.encode() if isinstance(value, str) else value for value in flat]
    if any(isinstance(value, bytes) != (datatype == BYTES) for value in values):
        raise ValueError(f"input {name!r} of the request: strings are for BYTES, and BYTES are strings")
    return Tensor(name, datatype, tuple(shape), values)
