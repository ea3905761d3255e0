"""A file format's word -> how its files are cut, read in chunks and written: one module each, found by its name."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry, Store
from mlspec_runtime.datatypes import Array

Column = Any
"""Values of one column, in order: a pyarrow array, or a list of what JSON has."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file; `first` is the number of the first of them in the file, counted from 1."""

    columns: Mapping[str, Column]
    rows: int
    first: int
    place: str
    """The file, as a person calls it."""
    done: int
    """How much of its piece's weight lies behind when these rows have been read; about, where that is bytes."""

    def column(self, name: str) -> Column:
        """Raises Hopeless where the file has no such column."""
        if name not in self.columns:
            raise Hopeless("column-missing", f"{self.place} has no column {name!r}; it has {', '.join(self.columns)}")
        return self.columns[name]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of a file: `names` None for all columns; those in `numbers` as that Open Inference datatype."""

    names: tuple[str, ...] | None
    numbers: Mapping[str, str]
    size: int
    """Rows in a chunk at most."""


class Writer(Protocol):
    """Takes chunk after chunk; every chunk has the same columns."""

    def add(self, carried: Mapping[str, Column], outputs: Mapping[str, Array], rows: int) -> None:
        """Columns of the input as they came, then what the model gave."""

    def close(self) -> None:
        """Writes what is left, but does not close the stream."""


class FileFormat(Protocol):
    """A module of this package."""

    suffixes: tuple[str, ...]
    """Endings of its files in a folder; a file that is named itself may have any."""

    def weights(self, store: Store, entry: Entry) -> Sequence[int]:
        """The pieces that a file can be cut into, each with its weight; in all files of a format in the same unit."""

    def header(self, store: Store, entry: Entry) -> Sequence[str]:
        """The names of the columns, in the file's order. Raises Hopeless where it has none."""

    def chunks(self, store: Store, entry: Entry, part: int, wanted: Wanted) -> Iterator[Chunk]:
        """A piece in order, a few rows at a time. Raises Hopeless where the file is not of the format."""

    def writer(self, stream: BinaryIO) -> Writer: ...


def file_format(word: str) -> FileFormat:
    """`word` is one of the options' choices."""
    return cast(FileFormat, importlib.import_module(f"{__name__}.{word}"))


def broken(place: str, error: Exception) -> Hopeless:
    """A file that its reader refuses."""
    return Hopeless("input-broken", f"{place} cannot be read: {str(error).partition(chr(10))[0]}")
