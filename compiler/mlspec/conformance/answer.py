"""The reply to an infer request -> its outputs, or what is wrong with its form."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.client.exchange import Reply
from mlspec.client.message import HEADER_LENGTH
from mlspec.client.tensors import BYTES, DATATYPES, unpack


@dataclass(frozen=True, slots=True)
class Output:
    """`values` are flat; those of BYTES are `bytes`."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: Sequence[Any]
    binary: bool


@dataclass(frozen=True, slots=True)
class InferReply:
    document: dict[str, Any]
    outputs: dict[str, Output]


def read_answer(reply: Reply, body: bytes) -> InferReply:
    """`body` without its content coding. Raises ValueError with the first thing that is wrong."""
    length = reply.headers.get(HEADER_LENGTH.lower())
    if length is not None and not (length.isdigit() and int(length) <= len(body)):
        raise ValueError(f"{HEADER_LENGTH} is {length!r}, the body has {len(body)} bytes")
    end = len(body) if length is None else int(length)
    document = parse_object(body[:end])
    listed = document.get("outputs")
    if not isinstance(listed, list) or not listed:
        raise ValueError("outputs is not a list of at least one tensor")
    tail = body[end:]
    outputs: dict[str, Output] = {}
    for tensor in listed:
        output, tail = _read_output(tensor, tail)
        if output.name in outputs:
            raise ValueError(f"output {output.name!r} is there twice")
        outputs[output.name] = output
    if tail:
        raise ValueError(f"{len(tail)} bytes of the body belong to no output")
    return InferReply(document, outputs)


def parse_object(body: bytes) -> dict[str, Any]:
    """Raises ValueError where the body is no JSON object."""
    value = parse(body)
    if not isinstance(value, dict):
        raise ValueError(f"the body is not a JSON object: {shown(body)}")
    return value


def parse(body: bytes) -> Any:
    """Raises ValueError where the body is no JSON, or nested beyond all measure."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError(f"the body is not JSON: {shown(body)}") from None


def shown(body: bytes) -> str:
    """The beginning of a body, for a message."""
    text = body[:60].decode(errors="replace")
    return repr(text) + ("…" if len(body) > 60 else "") if body else "it is empty"


def _read_output(tensor: Any, tail: bytes) -> tuple[Output, bytes]:
    if not isinstance(tensor, dict) or not isinstance(tensor.get("name"), str):
        raise ValueError("an output is not an object with a name")
    name, datatype, shape = tensor["name"], tensor.get("datatype"), tensor.get("shape")
    if datatype not in DATATYPES:
        raise ValueError(f"output {name!r}: datatype {datatype!r} is not one of the protocol's")
    if not isinstance(shape, list) or not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"output {name!r}: shape {shape!r} is not a list of whole numbers")
    parameters = tensor.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is not None:
        if type(size) is not int or not 0 <= size <= len(tail):
            raise ValueError(f"output {name!r}: binary_data_size is {size!r}, {len(tail)} bytes are left")
        values, tail = unpack(datatype, tail[:size]), tail[size:]
    else:
        values = _json_values(name, datatype, tensor.get("data"))
    if len(values) != math.prod(shape):
        raise ValueError(f"output {name!r} has {len(values)} elements, shape {shape} needs {math.prod(shape)}")
    return Output(name, datatype, tuple(shape), values, size is not None), tail


def _json_values(name: str, datatype: str, data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise ValueError(f"output {name!r} has no data")
    flat = data
    while flat and all(isinstance(value, list) for value in flat):
        flat = [value for row in flat for value in row]
    wanted: tuple[type, ...] = {"BOOL": (bool,), BYTES: (str,)}.get(datatype, (int,))
    if datatype.startswith("FP"):
        wanted = (int, float, type(None))  # JSON has no NaN
    if any(type(value) not in wanted for value in flat):
        raise ValueError(f"output {name!r}: data holds what {datatype} has no place for")
    return [value.encode() for value in flat] if datatype == BYTES else flat
