"""CSV files with a header: cut by file; numbers where the model takes numbers, everything else as it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import csv as arrow_csv

from mlspec_runtime.batch.files import Chunk, Column, Wanted, broken
from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry, Store
from mlspec_runtime.datatypes import Array, decode_text

suffixes = (".csv", ".csv.gz")

_BLOCK = 1 << 20
_TYPES = {"FP16": "float32", "FP32": "float32", "FP64": "float64", "BOOL": "bool"}


def weights(store: Store, entry: Entry) -> Sequence[int]:  # noqa: ARG001 - other formats have to look inside
    return [entry.size]


def header(store: Store, entry: Entry) -> Sequence[str]:
    text = io.TextIOWrapper(_text(store.open(entry), entry), "utf-8-sig", newline="")
    names = next(csv.reader(text), None)
    if not names:
        raise Hopeless("input-broken", f"{entry.path} has no header")
    return names


def chunks(store: Store, entry: Entry, part: int, wanted: Wanted) -> Iterator[Chunk]:  # noqa: ARG001 - one piece
    names = header(store, entry)
    # Without its number's type a column is text, so that an id keeps its leading zeros.
    types = {name: _arrow_type(wanted.numbers[name]) if name in wanted.numbers else pa.string() for name in names}
    included = [name for name in names if wanted.names is None or name in wanted.names]
    convert = arrow_csv.ConvertOptions(
        column_types=types, include_columns=included, strings_can_be_null=False, null_values=["", "NA", "NaN", "null"]
    )
    first = 1
    try:
        parse = arrow_csv.ParseOptions(newlines_in_values=True)
        read = arrow_csv.ReadOptions(block_size=_BLOCK, use_threads=False)
        stream = store.open(entry)
        text = _text(stream, entry)  # held here: it would close the stream when it goes
        for block in arrow_csv.open_csv(text, read, parse, convert):
            for start in range(0, block.num_rows, wanted.size):
                batch = block.slice(start, wanted.size)
                columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                yield Chunk(columns, batch.num_rows, first, entry.path, stream.tell())
                first += batch.num_rows
    except pa.ArrowInvalid as error:
        if str(error) == "Empty CSV file":
            return
        raise broken(entry.path, error) from error


def _arrow_type(datatype: str) -> Any:
    return pa.type_for_alias(_TYPES.get(datatype, datatype.lower()))


def _text(stream: Any, entry: Entry) -> Any:
    """Without compression."""
    return pa.CompressedInputStream(stream, "gzip") if entry.path.endswith(".gz") else stream


def writer(stream: BinaryIO) -> CsvRows:
    return CsvRows(stream)


class CsvRows:
    """A row with several values of one output has a column for each: `scores.0`, `scores.1`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=False)
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._has_header = False

    def add(self, carried: Mapping[str, Column], outputs: Mapping[str, Array], rows: int) -> None:
        columns: dict[str, list[Any]] = {name: column.to_pylist() for name, column in carried.items()}
        for name, array in outputs.items():
            columns |= _flat(name, array, rows)
        if not self._has_header:
            self._rows.writerow(columns)
            self._has_header = True
        self._rows.writerows(zip(*columns.values(), strict=True))

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


def _flat(name: str, array: Array, rows: int) -> dict[str, list[Any]]:
    flat = array.reshape(rows, -1)
    if flat.dtype.kind in "OSUT":
        flat = decode_text(flat)
    if flat.shape[1] == 1:
        return {name: flat[:, 0].tolist()}
    return {f"{name}.{number}": flat[:, number].tolist() for number in range(flat.shape[1])}
