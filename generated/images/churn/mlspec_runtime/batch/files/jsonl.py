"""JSON lines: cut by file; an object a line, whose values are carried over as JSON has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from mlspec_runtime.batch.files import Chunk, Column, Wanted, broken
from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry, Store
from mlspec_runtime.datatypes import Array, decode_text

suffixes = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")

_BLOCK = 1 << 20


def weights(store: Store, entry: Entry) -> Sequence[int]:  # noqa: ARG001 - other formats have to look inside
    return [entry.size]


def header(store: Store, entry: Entry) -> Sequence[str]:
    for _, row in _objects(_plain(store.open(entry), entry), entry):
        return list(row)
    raise Hopeless("input-broken", f"{entry.path} has no line")


def chunks(store: Store, entry: Entry, part: int, wanted: Wanted) -> Iterator[Chunk]:  # noqa: ARG001 - one piece
    rows: list[dict[str, Any]] = []
    first = 1
    stream = store.open(entry)
    lines = _plain(stream, entry)  # held here: it would close the stream when it goes
    for number, row in _objects(lines, entry):
        rows.append(row)
        if len(rows) == wanted.size:
            yield _chunk(rows, first, entry, wanted, stream.tell())
            rows, first = [], number + 1
    if rows:
        yield _chunk(rows, first, entry, wanted, stream.tell())


def _chunk(rows: list[dict[str, Any]], first: int, entry: Entry, wanted: Wanted, done: int) -> Chunk:
    names = dict.fromkeys(name for row in rows for name in row) if wanted.names is None else wanted.names
    # A key that a line leaves out is a value that is not there; one that no line has is no column.
    have = [name for name in names if any(name in row for row in rows)]
    return Chunk({name: [row.get(name) for row in rows] for name in have}, len(rows), first, entry.path, done)


def _plain(stream: Any, entry: Entry) -> Any:
    """Without compression."""
    return pa.CompressedInputStream(stream, "gzip") if entry.path.endswith(".gz") else stream


def _objects(stream: Any, entry: Entry) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number and object; empty lines are passed over."""
    for number, line in enumerate(_lines(stream), 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise broken(f"line {number} of {entry.path}", error) from error
        if not isinstance(row, dict):
            raise Hopeless("input-broken", f"line {number} of {entry.path} is no JSON object")
        yield number, row


def _lines(stream: Any) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(_BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def writer(stream: BinaryIO) -> JsonRows:
    return JsonRows(stream)


class JsonRows:
    """A row with several values of one output has a list of them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def add(self, carried: Mapping[str, Column], outputs: Mapping[str, Array], rows: int) -> None:
        columns = {**carried, **{name: _values(array, rows) for name, array in outputs.items()}}
        for row in zip(*columns.values(), strict=True):
            line = dict(zip(columns, row, strict=True))
            self._stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        pass


def _values(array: Array, rows: int) -> list[Any]:
    shape = array.shape[1:] if array.shape[1:] != (1,) else ()
    shaped = array.reshape(rows, *shape)
    values: list[Any] = (decode_text(shaped) if shaped.dtype.kind in "OSUT" else shaped).tolist()
    return values
