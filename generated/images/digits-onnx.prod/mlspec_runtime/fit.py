"""Declared inputs, and what a framework knows that its model takes -> why no request can go well, if none can."""

from __future__ import annotations

from math import prod
from typing import NoReturn

from mlspec_runtime.datatypes import Array
from mlspec_runtime.signature import Tensors, TensorSpec

_REMEDY = "correct `model.inputs`, or leave it out: this model says itself what it takes"


class UnknownInput(KeyError):
    """A handler asks for an input that the signature does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class Declared(dict[str, Array]):
    """Inputs of the signature, as a request brings them; tells who looks for another one."""

    def __missing__(self, key: str) -> NoReturn:
        raise UnknownInput(f"the handler asks for an input {key!r}, and the signature has {', '.join(self)}")


def width_misfit(declared: Tensors, width: int | None) -> str | None:
    """Of a model that takes a matrix of `width` columns; None where that is not known, or may fit."""
    columns = _columns(declared)
    if width is None or columns in (None, width):
        return None
    name = declared[0].name if len(declared) == 1 else "all inputs together"
    return f"{name} has {_count(columns)} in the signature, and the model takes {width}; {_REMEDY}"


def tensors_misfit(declared: Tensors, taken: Tensors) -> str | None:
    """Of a model that takes named tensors."""
    known = {spec.name: spec for spec in taken}
    for spec in declared:
        if spec.name not in known:
            return f"the model has no input {spec.name!r}; it has {', '.join(known)}; {_REMEDY}"
        if difference := _difference(spec, known[spec.name]):
            return f"{spec.name} {difference}; {_REMEDY}"
    missing = sorted(known.keys() - {spec.name for spec in declared})
    return f"the model needs {', '.join(missing)}, which the signature does not have; {_REMEDY}" if missing else None


def _columns(declared: Tensors) -> int | None:
    """How many columns of a matrix the inputs make; None where a length is open, or it is no matrix."""
    lengths = [length for spec in declared for length in spec.shape[1:]]
    if not declared or -1 in lengths or (len(declared) == 1 and len(declared[0].shape) > 2):
        return None
    return sum(prod(spec.shape[1:]) for spec in declared)


def _difference(spec: TensorSpec, taken: TensorSpec) -> str | None:
    if spec.datatype != taken.datatype:
        return f"is {spec.datatype} in the signature, and the model takes {taken.datatype}"
    fits = len(spec.shape) == len(taken.shape) and all(
        -1 in pair or pair[0] == pair[1] for pair in zip(spec.shape, taken.shape, strict=True)
    )
    return None if fits else f"has shape {list(spec.shape)} in the signature, and the model takes {list(taken.shape)}"


def _count(columns: int | None) -> str:
    return f"{columns} column" if columns == 1 else f"{columns} columns"
