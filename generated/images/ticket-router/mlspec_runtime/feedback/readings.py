"""Outputs of the model, and labels as callers write them -> numbers that can be compared, one for each row.

Classes become the checksum of their name: versions may have other classes, in another order.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, Final, Protocol
from zlib import crc32

import numpy as np

from mlspec_runtime.datatypes import BYTES, Array
from mlspec_runtime.errors import StartupError
from mlspec_runtime.settings import Accuracy
from mlspec_runtime.signature import TensorSpec

CLASS: Final = b"c"
SCORE: Final = b"s"
VALUE: Final = b"v"
DTYPES: Final[dict[bytes, np.dtype[Any]]] = {CLASS: np.dtype("<u4"), SCORE: np.dtype("<f8"), VALUE: np.dtype("<f8")}
KINDS: Final = {"accuracy": CLASS, "f1": CLASS, "auc": SCORE, "mae": VALUE}

_MOST_NAMES = 1000
"""Classes whose checksum is kept: labels are a client's text, and there is no end of them."""
_WHOLE = re.compile(r"-?\d+\.0+")
_TRUTH = {"True": "1", "true": "1", "False": "0", "false": "0"}


class Readings(Protocol):
    """How one metric reads one output; `kind` says which numbers it makes."""

    kind: bytes

    def read(self, output: Array) -> bytes:
        """The prediction of each row."""

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
    if KINDS[accuracy.metric] == CLASS and is_score and columns > 1:
        return BestColumn(names or tuple(map(str, range(columns))))
    if KINDS[accuracy.metric] == CLASS and not is_score and columns == 1:
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


def code_of(name: str) -> int:
    return crc32(name.encode(errors="replace"))


class BestColumn:
    """The class with the highest score."""

    kind = CLASS

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._codes = {name: code_of(name) for name in names}
        self._by_column = np.array(list(map(code_of, names)), DTYPES[CLASS])
        self._bytes: list[bytes] = [code.tobytes() for code in self._by_column]

    def read(self, output: Array) -> bytes:
        if len(output) == 1:  # without numpy's calls, which cost more than one row
            scores: list[float] = output[0].tolist()
            return self._bytes[scores.index(max(scores))]
        codes: bytes = self._by_column[output.argmax(axis=1)].tobytes()
        return codes

    def label(self, value: object) -> float:
        return self._codes[one_of(self._names, _plain(value))]


class Labels:
    """The class that the model itself names."""

    kind = CLASS

    def __init__(self) -> None:
        self._bytes: dict[object, bytes] = {}

    def read(self, output: Array) -> bytes:
        return b"".join([self._bytes.get(value) or self._learn(value) for value in output.ravel().tolist()])

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

    kind = SCORE

    def __init__(self, names: tuple[str, ...], positive: str | None, columns: int) -> None:
        self._positive = name_of(positive) if positive is not None else names[1] if names else "1"
        # Where nobody has named the classes, any other word is the other class only if somebody has named this one.
        self._names = names or (() if positive is not None else ("0", "1"))
        if self._names and self._positive not in self._names:
            raise StartupError("accuracy", f"{self._positive!r} is not a class of the model: {_listed(self._names)}")
        column = self._names.index(self._positive) if names else 1
        self._column = column if columns == 2 else 0

    def read(self, output: Array) -> bytes:
        column = output[:, self._column] if output.ndim == 2 else output
        return column.astype(DTYPES[SCORE]).tobytes()

    def label(self, value: object) -> float:
        name = _plain(value)
        return float((one_of(self._names, name) if self._names else name) == self._positive)


class Values:
    """The number that the model predicts."""

    kind = VALUE

    def read(self, output: Array) -> bytes:
        return output.astype(DTYPES[VALUE]).tobytes()

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


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:10]) + (", …" if len(names) > 10 else "")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
