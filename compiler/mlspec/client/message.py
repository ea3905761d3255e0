"""Tensors -> the body of an infer request: a JSON document, and the raw bytes that follow it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from .tensors import Tensor, nest, pack, to_json

HEADER_LENGTH: Final = "Inference-Header-Content-Length"


@dataclass(slots=True)
class Message:
    """`parts` are the raw tensors in the order of the inputs; without any, all is JSON."""

    document: Any
    parts: list[bytes] = field(default_factory=list)

    @property
    def header(self) -> bytes:
        """The JSON part."""
        return json.dumps(self.document, ensure_ascii=False).encode()

    @property
    def body(self) -> bytes:
        return b"".join([self.header, *self.parts])

    @property
    def headers(self) -> dict[str, str]:
        return {HEADER_LENGTH: str(len(self.header))} if self.parts else {}


def infer_message(
    tensors: Iterable[Tensor], binary: Callable[[str], bool] = lambda _: False, *, nested: bool = False
) -> Message:
    """Datatypes of which `binary` is true go as raw bytes, the others as JSON, flat or nested."""
    message = Message({"inputs": []})
    for tensor in tensors:
        described: dict[str, Any] = {"name": tensor.name, "datatype": tensor.datatype, "shape": list(tensor.shape)}
        if binary(tensor.datatype):
            message.parts.append(pack(tensor))
            described["parameters"] = {"binary_data_size": len(message.parts[-1])}
        else:
            values = to_json(tensor)
            described["data"] = nest(values, tensor.shape) if nested else values
        message.document["inputs"].append(described)
    return message
