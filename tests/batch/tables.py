"""Rows as plain lists -> files of each format, and files -> rows again, by readers other than the ones under test."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]


def write_parquet(file: Path, rows: list[Row], row_group: int = 100) -> None:
    pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=row_group)


def write_csv(file: Path, rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_jsonl(file: Path, rows: list[Row]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


WRITERS: dict[str, Callable[[Path, list[Row]], None]] = {
    "parquet": write_parquet,
    "csv": write_csv,
    "jsonl": write_jsonl,
}


def read(files: Iterable[Path]) -> list[Row]:
    """Every row in order; CSV's values are text."""
    return [row for file in files for row in _read(file)]


def _read(file: Path) -> list[Row]:
    match file.suffix:
        case ".parquet":
            found: list[Row] = pq.read_table(file).to_pylist()
            return found
        case ".csv":
            with file.open(encoding="utf-8", newline="") as stream:
                return [dict(row) for row in csv.DictReader(stream)]
        case _:
            return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
