"""A URI of an object store, or of a file on the web -> a store; credentials come from the environment."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import obstore
import pyarrow
from obstore.exceptions import AlreadyExistsError, PreconditionError

from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry
from mlspec_runtime.fetch.address import Address, read_address
from mlspec_runtime.fetch.bucket import connect
from mlspec_runtime.fetch.failure import Failure, explained
from mlspec_runtime.fetch.source import Remote, Source, open_source

_READ = 4 << 20
"""Bytes of one request: enough that its overhead does not count, and no column of a row group brings many others."""
_WRITE = 8 << 20
_HOPELESS = ("denied", "usage")


class ObjectStore:
    """An object is there once its upload is complete; an upload that is given up is never seen."""

    def __init__(self, uri: str) -> None:
        with _explained(uri):
            self._address = read_address(uri)
        # An output is a folder, however it is written.
        self._folder = self._address.path if self._address.is_folder else f"{self._address.path}/"
        self._bucket: Any = None

    def list(self) -> Iterator[Entry]:
        try:
            with _explained(self._address.uri):
                found = self._source(self._address.path).files()
        except Failure as failure:
            if failure.reason != "missing":
                raise
            found = []
        yield from (Entry(each.name, each.size, each.tag) for each in found)

    def open(self, entry: Entry) -> Any:
        path = f"{self._address.path}{entry.path}" if self._address.is_folder else self._address.path
        uri = f"{self._address.scheme}://{self._address.root}/{path}"
        source = self._source(path)
        try:
            with _explained(uri):
                (remote,) = source.files()
        except Failure as failure:
            if failure.reason != "missing":
                raise
            raise _changed(uri) from failure
        if (remote.size, remote.tag) != (entry.size, entry.version):
            raise _changed(uri)
        if not remote.in_parts and remote.size:
            said = f"{uri}: its server gives no parts of a file; put it into a bucket or a volume"
            raise Hopeless("input-unseekable", said)
        return pyarrow.PythonFile(io.BufferedReader(_Download(uri, source, remote), _READ), mode="r")

    def read(self, path: str) -> bytes | None:
        with _explained(self._address.uri):
            try:
                return bytes(obstore.get(self._target(), self._folder + path).bytes())
            except FileNotFoundError:
                return None

    def create(self, path: str, content: bytes) -> bool:
        with _writing(self._address):
            try:
                obstore.put(self._target(), self._folder + path, content, mode="create")
            except (AlreadyExistsError, PreconditionError):
                return False
        return True

    def put(self, path: str, content: bytes) -> None:
        with _writing(self._address):
            obstore.put(self._target(), self._folder + path, content)

    @contextmanager
    def write(self, path: str) -> Iterator[BinaryIO]:
        with _writing(self._address):
            writer = obstore.open_writer(self._target(), self._folder + path, buffer_size=_WRITE, max_concurrency=2)
        stream = io.BufferedWriter(_Upload(self._address, writer), buffer_size=1 << 20)
        yield cast(BinaryIO, stream)
        stream.flush()
        # Only here does it get its name: who fails before leaves parts without one, which the bucket's rules clear.
        with _writing(self._address):
            writer.close()

    def sweep(self, path: str) -> None:
        """What is left of an upload has no name."""

    def _source(self, path: str) -> Source:
        address = self._address
        return open_source(
            Address(f"{address.scheme}://{address.root}/{path}", address.scheme, address.root, path), None, os.environ
        )

    def _target(self) -> Any:
        if self._address.scheme not in ("s3", "gs", "az"):
            raise Hopeless("uri", f"nothing can be written to {self._address.uri}")
        if self._bucket is None:
            self._bucket = connect(self._address, os.environ)
        return self._bucket


def _changed(uri: str) -> Hopeless:
    return Hopeless("input-changed", f"{uri} is not the file any more that this run was planned for")


@contextmanager
def _explained(uri: str) -> Iterator[None]:
    """Hopeless for what a store says to every attempt, Failure for what it may say no more to the next."""
    try:
        yield
    except Exception as error:
        failure = explained(uri, error)
        if failure.reason in _HOPELESS:
            raise Hopeless(failure.reason, str(failure)) from error
        raise failure from error


@contextmanager
def _writing(address: Address) -> Iterator[None]:
    """The same of what is written: nothing but a bucket can be missing then, and no retry makes one."""
    try:
        with _explained(address.uri):
            yield
    except Failure as failure:
        if failure.reason != "missing":
            raise
        said = f"there is no bucket or container {address.root}: make it, or correct the address {address.uri}"
        raise Hopeless("missing", said) from failure


class _Upload(io.RawIOBase):
    """A Python stream over an upload."""

    def __init__(self, address: Address, writer: Any) -> None:
        super().__init__()
        self._address = address
        self._writer = writer

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        with _writing(self._address):
            self._writer.write(bytes(content))
        return len(content)


class _Download(io.RawIOBase):
    """A Python stream over an object, at any place of it; ends the run where the object is replaced meanwhile."""

    def __init__(self, uri: str, source: Source, remote: Remote) -> None:
        super().__init__()
        self._uri, self._source, self._remote = uri, source, remote
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        start = self._place
        end = min(start + len(buffer), self._remote.size)
        if start >= end:
            return 0
        try:
            with _explained(self._uri):
                for chunk in self._source.read(self._remote, start, end):
                    buffer[self._place - start : self._place - start + len(chunk)] = chunk
                    self._place += len(chunk)
        except Failure as failure:
            self._place = start
            if failure.reason in ("moved", "missing"):
                raise _changed(self._uri) from failure
            raise
        return self._place - start

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        self._place = place + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._remote.size}[whence]
        return self._place

    def tell(self) -> int:
        return self._place
