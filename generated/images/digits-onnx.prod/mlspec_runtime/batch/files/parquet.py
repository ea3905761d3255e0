"""Parquet files: cut by row group, typed, read and written one row group at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mlspec_runtime.batch.files import Chunk, Column, Wanted, broken
from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry, Store
from mlspec_runtime.datatypes import Array, decode_text

suffixes = (".parquet", ".pq")

_ROW_GROUP_ROWS = 1 << 17
_ROW_GROUP_BYTES = 64 << 20
"""A row group is written once it has either: small ones cost readers dearly, large ones cost memory here."""


def weights(store: Store, entry: Entry) -> Sequence[int]:
    metadata = _open(store, entry).metadata
    return [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]


def header(store: Store, entry: Entry) -> Sequence[str]:
    names: list[str] = _open(store, entry).schema_arrow.names
    return names


def chunks(store: Store, entry: Entry, part: int, wanted: Wanted) -> Iterator[Chunk]:
    file = _open(store, entry)
    have = file.schema_arrow.names
    names = None if wanted.names is None else [name for name in wanted.names if name in have]
    before = sum(file.metadata.row_group(index).num_rows for index in range(part))
    done = 0
    try:
        for batch in file.iter_batches(wanted.size, row_groups=[part], columns=names):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            done += batch.num_rows
            yield Chunk(columns, batch.num_rows, before + done - batch.num_rows + 1, entry.path, done)
    except pa.ArrowException as error:
        raise broken(entry.path, error) from error


@lru_cache(maxsize=1)
def _open(store: Store, entry: Entry) -> pq.ParquetFile:
    """The last file stays open: the row groups of one follow each other, and its footer may be long."""
    try:
        # Only what is asked for is read, page by page where it is large.
        return pq.ParquetFile(store.open(entry), buffer_size=1 << 20, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise broken(entry.path, error) from error


def writer(stream: BinaryIO) -> ParquetRows:
    return ParquetRows(stream)


class ParquetRows:
    """The first chunk says which columns there are, and of which types."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._file: Any = None
        self._waiting: list[Any] = []
        self._rows = self._bytes = 0

    def add(self, carried: Mapping[str, Column], outputs: Mapping[str, Array], rows: int) -> None:  # noqa: ARG002 - arrays know it
        columns = {**carried, **{name: output_column(array) for name, array in outputs.items()}}
        batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
        if self._file is None:
            self._file = pq.ParquetWriter(self._stream, batch.schema, compression="zstd")
        self._waiting.append(self._of_first_type(batch))
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _ROW_GROUP_ROWS or self._bytes >= _ROW_GROUP_BYTES:
            self._flush()

    def _of_first_type(self, batch: Any) -> Any:
        """Files of one data set may differ in a column's type: what fits into the first one's is as good."""
        if batch.schema.equals(self._file.schema):
            return batch
        try:
            return batch.cast(self._file.schema)
        except (pa.ArrowException, ValueError) as error:
            raise Hopeless("column-type", f"a column that is kept has another type than before: {error}") from error

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting)
            self._file.write_table(table, row_group_size=table.num_rows)
            self._waiting = []
            self._rows = self._bytes = 0

    def close(self) -> None:
        self._flush()
        if self._file is not None:
            self._file.close()


def output_column(array: Array) -> Any:
    """One value for each row, or a list of them where the output has more dimensions; BYTES as text."""
    if array.ndim > 1 and array.shape[1:] == (1,):
        array = array[:, 0]
    if array.dtype.kind in "OSUT":
        values = pa.array(decode_text(array.ravel()).tolist(), pa.string())
    else:
        values = pa.array(array.ravel())
    for length in reversed(array.shape[1:]):
        values = pa.FixedSizeListArray.from_arrays(values, length)
    return values
