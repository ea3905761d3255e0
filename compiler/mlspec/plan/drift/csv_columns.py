"""The content of a CSV file with a header -> its columns of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from .table import Cell, unreadable


def csv_columns(content: bytes) -> Mapping[str, Sequence[Cell]]:
    """Raises Refused where it is no such file."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        raise unreadable("is not UTF-8 text", "not readable as CSV") from None
    except csv.Error as error:
        raise unreadable(f"is not CSV: {error}", "not readable as CSV") from None
    lines = [row for row in rows if row]
    if not lines:
        raise unreadable("has no rows", "empty")
    names, *body = lines
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise unreadable(f"has two columns called {twice!r}", "a name twice")
    for number, row in enumerate(body, 1):
        if len(row) != len(names):
            said = f"has {len(row)} cells in row {number}, and {len(names)} columns"
            raise unreadable(said, "rows of different lengths")
    return dict(zip(names, zip(*body, strict=True), strict=True)) if body else {}
