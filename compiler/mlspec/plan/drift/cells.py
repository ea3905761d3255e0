"""Cells of a column -> numbers or texts of a datatype, and how many of them are missing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .reference import Fault, Refused
from .table import Cell

_MISSING = frozenset({"", "NA", "NaN", "nan", "null"})
"""In a column of numbers, as a batch reads them."""
_TRUTHS = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}
_LARGEST = 10**300
"""Of numbers of either sign: differences of two are finite, too."""
_FLOATS = ("FP16", "FP32", "FP64")


def numbers(cells: Sequence[Cell], datatype: str, name: str) -> list[float]:
    """Without those that are missing, which only floats can be. Raises Refused for a cell of another type."""
    read = _truth if datatype == "BOOL" else _number
    whole = None if datatype in (*_FLOATS, "BOOL") else _bounds(datatype)
    found: list[float] = []
    for row, cell in enumerate(cells, 1):
        number = read(cell)
        if number is None:
            if datatype not in _FLOATS:
                raise _wrong(f"has no value in column {name!r}, row {row}; {datatype} has none that could stand for it")
        elif not math.isfinite(number):
            raise _wrong(f"has a cell in column {name!r}, row {row}, that is no finite number")
        elif whole is not None and not (number.is_integer() and whole[0] <= number <= whole[1]):
            raise _wrong(f"has a number in column {name!r}, row {row}, that is not {datatype}")
        else:
            found.append(number)
    return found


def texts(cells: Sequence[Cell], name: str) -> list[str]:
    """Without those that are missing: an empty text is. Raises Refused for a cell that is no text."""
    found: list[str] = []
    for row, cell in enumerate(cells, 1):
        text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
        if text is not None and not isinstance(text, str):
            raise _wrong(f"has {_word(cell)} in column {name!r}, row {row}, where BYTES take text")
        if text:
            found.append(text)
    return found


def _number(cell: Cell) -> float | None:
    """NaN counts as missing, too; infinity for what is no number at all."""
    if isinstance(cell, str):
        if cell in _MISSING:
            return None
        try:
            number = float(cell) if "_" not in cell else math.inf
            number = math.inf if abs(number) > _LARGEST else number
        except ValueError:
            return math.inf
    elif cell is None:
        return None
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        number = float(cell) if not abs(cell) > _LARGEST else math.inf
    else:
        return math.inf
    return None if math.isnan(number) else number


def _truth(cell: Cell) -> float | None:
    if cell is None or cell in _MISSING:
        return None
    return _TRUTHS.get(str(cell).strip().lower().removesuffix(".0"), math.inf)


def _bounds(datatype: str) -> tuple[int, int]:
    bits = int(datatype.lstrip("UINT"))
    return (0, 2**bits - 1) if datatype.startswith("U") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _wrong(message: str) -> Refused:
    """Without the value: a log is no place for what stands in a row."""
    return Refused(Fault("drift-reference-type", message, "does not fit the input"))


def _word(cell: Cell) -> str:
    return "a truth" if isinstance(cell, bool) else "a number" if isinstance(cell, int | float) else "something else"
