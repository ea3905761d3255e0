"""What a model takes and gives: named tensors with a datatype and a shape in which -1 is any length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlspec_runtime.datatypes import BYTES, DTYPES, Array, datatype_of
from mlspec_runtime.errors import OutputMismatch


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output. A first dimension of -1 counts rows: such tensors can be joined to a batch."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def allows(self, shape: tuple[int, ...]) -> bool:
        if len(shape) != len(self.shape):
            return False
        for want, length in zip(self.shape, shape, strict=True):  # noqa: SIM110 - each request pays for it
            if want not in (-1, length):
                return False
        return True

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


Tensors = tuple[TensorSpec, ...]


def has_rows(tensors: Tensors) -> bool:
    """Whether every tensor counts rows in its first dimension, so that requests can be joined."""
    return bool(tensors) and all(tensor.shape[:1] == (-1,) for tensor in tensors)


def describe(outputs: dict[str, Array], rows: int | None) -> Tensors:
    """The specs that these arrays fit; `rows` is the batch's length, None where the model has no rows."""
    return tuple(
        TensorSpec(name, datatype_of(array) or array.dtype.name, _open_shape(array.shape, rows))
        for name, array in outputs.items()
    )


def _open_shape(shape: tuple[int, ...], rows: int | None) -> tuple[int, ...]:
    return (-1, *shape[1:]) if rows is not None and shape[:1] == (rows,) else shape


def conform(outputs: dict[str, Array], specs: Tensors, rows: int | None) -> dict[str, Array]:
    """The outputs in the order and datatypes of `specs`; with no specs, as they are.

    Raises OutputMismatch when one is missing, has a wrong shape or datatype, or not one row for each input row.
    """
    if specs:
        outputs = {spec.name: _conform_one(outputs, spec) for spec in specs}
    for name, array in outputs.items():
        if rows is not None and array.shape[:1] != (rows,):
            raise OutputMismatch(f"output {name!r} has shape {list(array.shape)} for {rows} input rows")
        if datatype_of(array) is None:
            raise OutputMismatch(f"output {name!r} is {array.dtype}, which the protocol has no datatype for")
    return outputs


def _conform_one(outputs: dict[str, Array], spec: TensorSpec) -> Array:
    array = outputs.get(spec.name)
    if array is None:
        raise OutputMismatch(f"output {spec.name!r} is missing; the model returned {', '.join(outputs) or 'nothing'}")
    if not spec.allows(array.shape):
        raise OutputMismatch(f"output {spec.name!r} has shape {list(array.shape)}; the spec says {list(spec.shape)}")
    if spec.datatype == datatype_of(array):
        return array
    wanted = DTYPES[spec.datatype]
    if spec.datatype == BYTES or array.dtype.kind in "OSUT" or not _can_hold(array, wanted):
        raise OutputMismatch(f"output {spec.name!r} is {array.dtype}; the spec says {spec.datatype}")
    return array.astype(wanted)


def _can_hold(array: Array, wanted: Any) -> bool:
    """Whether the values keep their kind: float to a narrower float yes, float to integer no."""
    kinds = {"b": "b", "u": "uif", "i": "uif", "f": "f"}
    return wanted.kind in kinds.get(array.dtype.kind, "")
