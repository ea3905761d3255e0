"""A path or a URI -> a store: files below it that can be listed, read in any order, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from mlspec_runtime.batch.outcome import Hopeless

_OBJECT_STORES = ("s3", "gs", "az", "https", "http")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file; `path` is relative to the store's root, `version` differs once the content does."""

    path: str
    size: int
    version: str


class Store(Protocol):
    """Everything below one URI. What it raises is worth another attempt, but for Hopeless."""

    def list(self) -> Iterator[Entry]:
        """Every file, in no particular order; the one file where the URI names it."""

    def open(self, entry: Entry) -> Any:
        """A file-like object that pyarrow reads from, at any place. Raises Hopeless where the file has changed."""

    def read(self, path: str) -> bytes | None:
        """The whole of a small file; None where there is none."""

    def create(self, path: str, content: bytes) -> bool:
        """Writes a small file that is not there yet; False, and nothing is written, where it is."""

    def put(self, path: str, content: bytes) -> None:
        """Writes a small file, or replaces it."""

    def write(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A stream whose content is there, whole, once the block has ended well, and never before."""

    def sweep(self, path: str) -> None:
        """Removes what a killed process has left of writing `path`."""

    def __hash__(self) -> int: ...


def open_store(uri: str) -> Store:
    """Raises Hopeless for a URI that no store knows."""
    scheme, separator, _ = uri.partition("://")
    if scheme in _OBJECT_STORES and separator:
        from mlspec_runtime.batch.object_store import ObjectStore

        return ObjectStore(uri)
    if separator:
        raise Hopeless("uri", f"{scheme}:// is no kind of store that this image knows")
    from mlspec_runtime.batch.local_store import LocalStore

    return LocalStore(uri)
