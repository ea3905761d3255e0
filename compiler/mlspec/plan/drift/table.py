"""The content of a CSV, JSON lines or Parquet file -> its columns, each a list of what stands in its cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from .reference import Fault, Refused

Cell = object
"""A text, number or truth; None for what is missing. In CSV everything is text."""


class Table(Struct, frozen=True):
    """Columns by name, in the file's order, all of `rows` cells."""

    columns: Mapping[str, Sequence[Cell]]
    rows: int


def read_table(path: str, content: bytes) -> Table:
    """Raises Refused where the file is not what its ending says."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in _READERS:
        known = ", ".join(_READERS)
        raise unreadable(f"does not end in {known}", "none of these")
    columns = _READERS[suffix](content)
    rows = len(next(iter(columns.values()), ()))
    if not rows:
        raise unreadable("has no rows", "empty")
    _check_names(list(columns))
    return Table(columns, rows)


def _check_names(names: list[str]) -> None:
    if not all(names):
        raise unreadable(
            f"has no name for column {names.index('') + 1}",
            "a column without a name",
            "name it in the first line, or leave it out; pandas leaves its index out with `to_csv(…, index=False)`",
        )
    if all(map(_is_number, names)):
        raise unreadable("has numbers in its first line", "no header", "write the columns' names in the first line")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def unreadable(message: str, label: str, remedy: str = "") -> Refused:
    return Refused(Fault("drift-reference-unreadable", message, label, remedy))


def _csv(content: bytes) -> Mapping[str, Sequence[Cell]]:
    from .csv_columns import csv_columns

    return csv_columns(content)


def _json_lines(content: bytes) -> Mapping[str, Sequence[Cell]]:
    from .json_columns import json_columns

    return json_columns(content)


def _parquet(content: bytes) -> Mapping[str, Sequence[Cell]]:
    from .parquet_columns import parquet_columns

    return parquet_columns(content)


_READERS: Mapping[str, Callable[[bytes], Mapping[str, Sequence[Cell]]]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
