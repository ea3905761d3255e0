"""The body of an infer request -> an `Inference` that fits the model's signature; RequestError 400 when it does not."""

from __future__ import annotations

from typing import Any

from mlspec_runtime.datatypes import DTYPES, Array
from mlspec_runtime.protocol.document import JsonArray, JsonObject, members, parse_head, parse_object, plain
from mlspec_runtime.protocol.message import Inference, bad, flag, parameters_of
from mlspec_runtime.protocol.tensors import from_bytes, from_json, read_shape
from mlspec_runtime.signature import Tensors, TensorSpec


class Decoder:
    """Knows the signature. An empty one accepts any tensors."""

    def __init__(self, inputs: Tensors, outputs: Tensors) -> None:
        self._inputs = {spec.name: spec for spec in inputs}
        self._outputs = {spec.name for spec in outputs}

    def decode(self, body: bytes, header_length: int | None) -> Inference:
        """`header_length`: of the JSON before raw tensors (`Inference-Header-Content-Length`); None: all is JSON."""
        raw = memoryview(body)
        if header_length is not None and header_length > len(raw):
            raise bad(f"Inference-Header-Content-Length is {header_length}, the body has only {len(raw)} bytes")
        document = parse_object(body) if header_length is None else parse_head(raw[:header_length])
        tail = _Tail(raw[len(raw) if header_length is None else header_length :])
        inference = Inference(self._read_inputs(document.get("inputs"), tail))
        tail.check_empty()
        inference.id = _id(document.get("id"))
        if "parameters" in document:
            parameters = parameters_of({"parameters": plain(document["parameters"])}, "request")
            inference.binary = flag(parameters, "binary_data_output", "request")
        if "outputs" in document:
            inference.outputs = self._read_outputs(plain(document["outputs"]), inference.binary)
        return inference

    def _read_inputs(self, inputs: Any, tail: _Tail) -> dict[str, Array]:
        if not isinstance(inputs, (JsonArray, list)) or not len(inputs):
            raise bad("the request needs inputs: a list of at least one tensor")
        arrays: dict[str, Array] = {}
        for value in inputs:
            if not isinstance(value, (JsonObject, dict)):
                raise bad("inputs must be a list of objects")
            tensor = members(value)
            name = tensor.get("name")
            if not isinstance(name, str):
                raise bad("each input needs a name: a string")
            if name in arrays:
                raise bad(f"input {name!r} is given twice")
            arrays[name] = self._read_input(name, tensor, tail)
        return self._in_order(arrays)

    def _read_input(self, name: str, tensor: dict[str, Any], tail: _Tail) -> Array:
        place = f"input {name!r}"
        spec = self._inputs.get(name)
        if spec is None and self._inputs:
            raise bad(f"{place} is not one of the model's: {', '.join(self._inputs)}")
        datatype = tensor.get("datatype")
        if not isinstance(datatype, str) or datatype not in DTYPES:
            raise bad(f"{place}: datatype must be one of {', '.join(DTYPES)}")
        shape = read_shape(tensor.get("shape"), place)
        if spec is not None:
            _check(spec, datatype, shape, place)
        size = _binary_size(tensor, place) if "parameters" in tensor else None
        if size is None:
            return from_json(tensor.get("data"), datatype, shape, place)
        if "data" in tensor:
            raise bad(f"{place} has data and binary_data_size: it must be one of them")
        return from_bytes(tail.take(size, place), datatype, shape, place)

    def _in_order(self, arrays: dict[str, Array]) -> dict[str, Array]:
        if not self._inputs or len(arrays) == 1 == len(self._inputs):
            return arrays
        missing = [name for name in self._inputs if name not in arrays]
        if missing:
            raise bad(f"input {missing[0]!r} is missing")
        return {name: arrays[name] for name in self._inputs}

    def _read_outputs(self, outputs: Any, binary: bool) -> dict[str, bool]:
        if not isinstance(outputs, list):
            raise bad("outputs must be a list")
        wanted: dict[str, bool] = {}
        for output in outputs:
            name = output.get("name") if isinstance(output, dict) else None
            if not isinstance(name, str):
                raise bad("each output needs a name: a string")
            place = f"output {name!r}"
            if self._outputs and name not in self._outputs:
                raise bad(f"{place} is not one of the model's: {', '.join(sorted(self._outputs))}")
            parameters = parameters_of(output, place)
            wanted[name] = flag(parameters, "binary_data", place) if "binary_data" in parameters else binary
        return wanted


class _Tail:
    """The raw bytes after the JSON, handed out in the order of the inputs."""

    def __init__(self, raw: memoryview) -> None:
        self._raw = raw

    def take(self, size: int, place: str) -> memoryview:
        if size > len(self._raw):
            raise bad(f"{place}: binary_data_size is {size}, only {len(self._raw)} bytes are left in the body")
        taken, self._raw = self._raw[:size], self._raw[size:]
        return taken

    def check_empty(self) -> None:
        if len(self._raw):
            raise bad(f"{len(self._raw)} bytes of the body belong to no input")


def _check(spec: TensorSpec, datatype: str, shape: tuple[int, ...], place: str) -> None:
    if datatype != spec.datatype:
        raise bad(f"{place} is {datatype}; the model takes {spec.datatype}")
    if not spec.allows(shape):
        raise bad(f"{place} has shape {list(shape)}; the model takes {list(spec.shape)}")


def _binary_size(tensor: dict[str, Any], place: str) -> int | None:
    size = parameters_of({"parameters": plain(tensor["parameters"])}, place).get("binary_data_size")
    if size is not None and (type(size) is not int or size < 0):
        raise bad(f"{place}: binary_data_size must be a whole number that is not negative")
    return size


def _id(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise bad("id must be a string")
    return value
