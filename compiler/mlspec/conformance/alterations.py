"""What stands in a valid infer request -> values that make it a bad one: the `$…` of the case files."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from mlspec.client.tensors import BYTES, Spec, Tensor, nest, sample, to_json

from .subject import Inapplicable


@dataclass(frozen=True, slots=True)
class Focus:
    """The input that a case is about; `described` is it in the request's document."""

    spec: Spec
    tensor: Tensor
    described: dict[str, Any]
    document: dict[str, Any]


Alteration = Callable[[Focus], Any]


def _another_datatype(focus: Focus) -> str:
    return "FP64" if focus.spec.datatype != "FP64" else "FP32"


def _longer(focus: Focus) -> Tensor:
    """One more element along a dimension of which the signature fixes the length."""
    fixed = [at for at, length in enumerate(focus.spec.shape) if length >= 0]
    if not fixed:
        raise Inapplicable("the signature leaves every length open")
    shape = tuple(length + (at == fixed[-1]) for at, length in enumerate(focus.tensor.shape))
    return sample(Spec(focus.spec.name, focus.spec.datatype, shape))


def _wrong_elements(focus: Focus) -> list[Any]:
    return [1 if focus.spec.datatype == BYTES else "text"] * len(focus.tensor.values)


def _fractions(focus: Focus) -> list[float]:
    if "INT" not in focus.spec.datatype:
        raise Inapplicable(f"{focus.spec.datatype} is no whole number")
    return [0.5] * len(focus.tensor.values)


def _too_large(focus: Focus) -> list[float]:
    datatype = focus.spec.datatype
    if datatype == "FP32":
        return [1e300] * len(focus.tensor.values)
    if "INT" not in datatype:
        raise Inapplicable(f"no number of JSON is too large for {datatype}")
    bits = int(datatype.partition("INT")[2])
    return [2**bits] * len(focus.tensor.values)


def _negative(focus: Focus) -> list[int]:
    if not focus.spec.datatype.startswith("UINT"):
        raise Inapplicable(f"{focus.spec.datatype} may be negative")
    return [-1] * len(focus.tensor.values)


def _ragged(focus: Focus) -> list[Any]:
    shape = focus.tensor.shape
    if len(shape) != 2 or shape[1] < 2 or not focus.spec.has_rows:
        raise Inapplicable("the input has no rows of two elements or more")
    row = to_json(focus.tensor)[: shape[1]]
    return [row[:-1], [*row, row[-1]]]


def _all_but_last_input(focus: Focus) -> list[Any]:
    inputs: list[Any] = focus.document["inputs"]
    if len(inputs) < 2:
        raise Inapplicable("the model has one input")
    return inputs[:-1]


def _binary_size(focus: Focus) -> int:
    size: int = focus.described["parameters"]["binary_data_size"]
    return size


def _as_json(focus: Focus) -> list[Any]:
    if focus.spec.datatype != "FP16":
        raise Inapplicable("no input is FP16")
    return to_json(focus.tensor)


ALTERATIONS: Final[dict[str, Alteration]] = {
    "$another datatype": _another_datatype,
    "$another dimension": lambda focus: [*focus.tensor.shape, 1],
    "$longer shape": lambda focus: list(_longer(focus).shape),
    "$longer data": lambda focus: to_json(_longer(focus)),
    "$negative shape": lambda focus: [-1, *focus.tensor.shape[1:]],
    "$fractional shape": lambda focus: [length + 0.5 for length in focus.tensor.shape],
    "$shape of two rows": lambda focus: [2, *focus.tensor.shape[1:]],
    "$ragged data": _ragged,
    "$data less one": lambda focus: to_json(focus.tensor)[:-1],
    "$data and one": lambda focus: [*to_json(focus.tensor), to_json(focus.tensor)[-1]],
    "$nested wrongly": lambda focus: [nest(to_json(focus.tensor), (1, math.prod(focus.tensor.shape)))] * 2,
    "$wrong elements": _wrong_elements,
    "$nulls": lambda focus: [None] * len(focus.tensor.values),
    "$fractions": _fractions,
    "$too large numbers": _too_large,
    "$negative numbers": _negative,
    "$inputs and one again": lambda focus: [*focus.document["inputs"], focus.described],
    "$inputs less one": _all_but_last_input,
    "$one byte more": lambda focus: _binary_size(focus) + 1,
    "$one byte less": lambda focus: _binary_size(focus) - 1,
    "$FP16 as JSON": _as_json,
}
