"""The content of a file with a JSON object a line -> its columns; a list of values is a column for each place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .table import Cell, unreadable


def json_columns(content: bytes) -> Mapping[str, Sequence[Cell]]:
    """A key that a line leaves out is missing there. Raises Refused where it is no such file."""
    rows = list(_rows(content))
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _rows(content: bytes) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise unreadable(f"is not JSON in line {number}", "not readable as JSON lines") from None
        if not isinstance(row, dict):
            raise unreadable(f"has no JSON object in line {number}", "not readable as JSON lines")
        yield flat(row)


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as `name.0`, `name.1`, …, as the columns of a batch's output are called."""
    if not any(isinstance(value, list) for value in row.values()):
        return dict(row)
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, list):
            found |= {f"{name}.{place}": item for place, item in enumerate(value)}
        else:
            found[name] = value
    return found
