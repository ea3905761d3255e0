"""Outputs of the model -> the response's body: JSON, with raw tensors after it where binary was asked for."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from mlspec_runtime.datatypes import BYTES, DTYPES, Array, datatype_of
from mlspec_runtime.protocol.message import Inference, bad

Chunk = bytes | memoryview


@dataclass(slots=True)
class Body:
    """`header_length` is the JSON's length when raw tensors follow it; None when all is JSON."""

    chunks: Sequence[Chunk]
    header_length: int | None = None


class Encoder:
    """Knows the names that every response carries."""

    def __init__(self, model: str, version: str) -> None:
        self._model = model
        self._version = version

    def encode(self, inference: Inference, outputs: dict[str, Array]) -> Body:
        """All outputs, or those that were asked for. Raises RequestError when one cannot be sent the way it was."""
        document: dict[str, Any] = {"model_name": self._model, "model_version": self._version}
        if inference.id is not None:
            document["id"] = inference.id
            if inference.prediction_id is not None:
                document["parameters"] = {"prediction_id": inference.prediction_id}
        elif inference.prediction_id is not None:
            document["id"] = inference.prediction_id
        raw: list[Chunk] = []
        wanted = inference.outputs or dict.fromkeys(outputs, inference.binary)
        try:
            document["outputs"] = [_tensor(name, outputs[name], binary, raw) for name, binary in wanted.items()]
        except KeyError as error:
            raise bad(f"output {error.args[0]!r} is not one of the model's: {', '.join(outputs)}") from None
        header = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
        return Body([header, *raw], len(header) if raw else None)


def _tensor(name: str, array: Array, binary: bool, raw: list[Chunk]) -> dict[str, Any]:
    datatype = datatype_of(array) or ""
    tensor: dict[str, Any] = {"name": name, "datatype": datatype, "shape": array.shape}
    if binary:
        chunk = _strings_to_bytes(array) if datatype == BYTES else _to_bytes(array, datatype)
        tensor["parameters"] = {"binary_data_size": len(chunk)}
        raw.append(chunk)
    elif datatype == "FP16":
        raise bad(f"output {name!r} is FP16, which has no JSON form: ask for it with binary_data")
    else:
        tensor["data"] = _texts(name, array) if datatype == BYTES else np.ascontiguousarray(array).ravel()
    return tensor


def json_values(name: str, array: Array) -> Any:
    """The values nested as the array's shape is, without names."""
    if datatype_of(array) == BYTES:
        return np.array(_texts(name, array), dtype=object).reshape(array.shape).tolist()
    return array.tolist()


def _to_bytes(array: Array, datatype: str) -> memoryview:
    """The array's own memory where it is contiguous and little-endian."""
    contiguous = np.ascontiguousarray(array, dtype=DTYPES[datatype])
    return contiguous.reshape(-1).view(np.uint8).data


def _strings_to_bytes(array: Array) -> bytes:
    return b"".join(struct.pack("<I", len(element)) + element for element in _as_bytes(array))


def _as_bytes(array: Array) -> list[bytes]:
    return [element if isinstance(element, bytes) else str(element).encode() for element in array.ravel().tolist()]


def _texts(name: str, array: Array) -> list[str]:
    try:
        return [element.decode() for element in _as_bytes(array)]
    except UnicodeDecodeError:
        raise bad(f"output {name!r} holds bytes that are not UTF-8 text: ask for it with binary_data") from None
