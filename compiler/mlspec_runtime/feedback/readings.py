"""Outputs of the model, and labels as callers write them -> numbers that can be compared, one for each row.

Classes become the checksum of their name: versions may have other classes, in another order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import Any, Final, Protocol

import numpy as np

from mlspec_runtime.datatypes import BYTES, Array
from mlspec_runtime.errors import StartupError
from mlspec_runtime.feedback.packing import CODES, MOST, SCORES, SMALL, VALUES, code_of, listed, paired
from mlspec_runtime.settings import Accuracy
from mlspec_runtime.signature import TensorSpec

_FEW: Final = 8
"""Rows up to which plain Python is faster than numpy's calls, and the names of their classes are short enough."""
_MOST_NAMES = 1000
"""Classes whose checksum is kept: labels are a client's text, and there is no end of them."""
_WHOLE = re.compile(r"-?\d+\.0+")
_TRUTH = {"True": "1", "true": "1", "False": "0", "false": "0"}


class Readings(Protocol):
    """How one metric reads one output."""

    def tell(self, output: Array) -> Array:
        """What tells the prediction of each row, for a whole batch."""

    def pack(self, told: Array) -> bytes:
        """The same for the rows of one request, as `packing` writes it."""

    def pack_each(self, told: Array) -> Iterable[bytes]:
        """The same for each row as a request of its own."""

    def label(self, value: object) -> float:
        """A label as a caller wrote it. Raises ValueError, with words for the caller."""


def readings(accuracy: Accuracy, output: TensorSpec, classes: tuple[str, ...]) -> Readings:
    """`classes` are the model's own names, where it has any. Raises StartupError where the output does not fit."""
    columns = (1, *output.shape[1:])[-1] if len(output.shape) in (1, 2) else 0
    is_score = output.datatype.startswith("FP")
    names = tuple(map(name_of, classes)) if len(classes) == columns else ()
    if accuracy.metric == "mae" and columns == 1 and output.datatype not in (BYTES, "BOOL"):
        return Values()
    if accuracy.metric == "auc" and is_score and columns in (1, 2):
        return Scores(names if columns == 2 else (), accuracy.positive, columns)
    if accuracy.metric in ("accuracy", "f1") and is_score and columns > 1:
        return BestColumn(names or tuple(map(str, range(columns))), accuracy.positive)
    if accuracy.metric in ("accuracy", "f1") and not is_score and columns == 1:
        return Labels()
    shape = f"{output.datatype} {list(output.shape)}"
    raise StartupError("accuracy", f"{accuracy.metric} cannot be told from output {output.name!r}, which is {shape}")


def name_of(value: object) -> str:
    """One name for what is one class to a person: 1, 1.0, true, "1" and "True" are."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, bool):
        return str(int(value))
    text = str(value)
    return text.partition(".")[0] if _WHOLE.fullmatch(text) else _TRUTH.get(text, text)


class BestColumn:
    """The class with the highest score."""

    def __init__(self, names: tuple[str, ...], positive: str | None = None) -> None:
        if positive is not None:
            _check_class(names, name_of(positive))
        self._names = names
        self._codes = {name: code_of(name) for name in names}
        self._by_column = np.array(list(map(code_of, names)), "<u4")
        self._bytes: list[bytes] = [code.tobytes() for code in self._by_column]
        self._single = [CODES + code for code in self._bytes]
        self._listed = listed(self._by_column) if len(names) <= MOST else None
        self._paired = paired(self._by_column)

    def tell(self, output: Array) -> Array:
        """Its column."""
        if len(self._names) == 2:
            second: Array = output[:, 1] > output[:, 0]
            return second
        column: Array = output.argmax(axis=1).astype("u1" if self._listed else "<u4")
        return column

    def pack(self, told: Array) -> bytes:
        rows = len(told)
        if rows <= _FEW:
            return CODES + b"".join([self._bytes[column] for column in told.tolist()])
        if self._listed is None:
            codes: bytes = self._by_column[told].tobytes()
            return CODES + codes
        if len(self._names) == 2:
            bits: bytes = np.packbits(told).tobytes()
            return self._paired[rows % 8] + bits
        columns: bytes = told.tobytes()
        return self._listed + columns

    def pack_each(self, told: Array) -> Iterable[bytes]:
        single = self._single
        return [single[column] for column in told.tolist()]

    def label(self, value: object) -> float:
        return self._codes[one_of(self._names, _plain(value))]


class Labels:
    """The class that the model itself names."""

    def __init__(self) -> None:
        self._bytes: dict[object, bytes] = {}

    def tell(self, output: Array) -> Array:
        return output

    def pack(self, told: Array) -> bytes:
        if len(told) > _FEW and told.dtype.kind in "biu":
            small = told.astype("u1")
            if (small == told).all():
                return SMALL + small.tobytes()
        return CODES + b"".join([self._bytes.get(value) or self._learn(value) for value in told.ravel().tolist()])

    def pack_each(self, told: Array) -> Iterable[bytes]:
        return [CODES + (self._bytes.get(value) or self._learn(value)) for value in told.ravel().tolist()]

    def _learn(self, value: object) -> bytes:
        code = code_of(name_of(value)).to_bytes(4, "little")
        # As a key True would be 1, and so is its name.
        if len(self._bytes) < _MOST_NAMES:
            self._bytes[value] = code
        return code

    def label(self, value: object) -> float:
        return code_of(_plain(value))


class Scores:
    """The score of the positive class, and whether a label is that class."""

    def __init__(self, names: tuple[str, ...], positive: str | None, columns: int) -> None:
        self._positive = name_of(positive) if positive is not None else names[1] if names else "1"
        # Where nobody has named the classes, any other word is the other class only if somebody has named this one.
        self._names = names or (() if positive is not None else ("0", "1"))
        if self._names:
            _check_class(self._names, self._positive)
        column = self._names.index(self._positive) if names else 1
        self._column = column if columns == 2 else 0

    def tell(self, output: Array) -> Array:
        column = output[:, self._column] if output.ndim == 2 else output
        return column.astype("<f4")

    def pack(self, told: Array) -> bytes:
        scores: bytes = told.tobytes()
        return SCORES + scores

    def pack_each(self, told: Array) -> Iterable[bytes]:
        return [SCORES + score.tobytes() for score in told]

    def label(self, value: object) -> float:
        name = _plain(value)
        return float((one_of(self._names, name) if self._names else name) == self._positive)


class Values:
    """The number that the model predicts."""

    def tell(self, output: Array) -> Array:
        return output.astype("<f8")

    def pack(self, told: Array) -> bytes:
        values: bytes = told.tobytes()
        return VALUES + values

    def pack_each(self, told: Array) -> Iterable[bytes]:
        return [VALUES + value.tobytes() for value in told]

    def label(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError(f"a label must be a number, not {_shown(value)}")
        return float(value)


def _plain(value: object) -> str:
    if not isinstance(value, str | int | float):  # a bool is an int
        raise ValueError(f"a label must be text, a number, true or false, not {_shown(value)}")
    return name_of(value)


def one_of(names: tuple[str, ...], name: str) -> str:
    if name not in names:
        raise ValueError(f"{_shown(name)} is not a class of the model: {_listed(names)}")
    return name


def _check_class(names: tuple[str, ...], positive: str) -> None:
    """Of the class that a metric is of: nothing would ever count for one that the model does not have."""
    if positive not in names:
        raise StartupError(
            "accuracy", f"`positive` is {positive!r}, which is not a class of the model: {_listed(names)}"
        )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:10]) + (", …" if len(names) > 10 else "")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
