"""A path -> a store of the files below it: a folder of this machine, or a mounted volume."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry


class LocalStore:
    """A new file gets its name only when all of it is on the disk; a rename is one step on every file system."""

    def __init__(self, path: str) -> None:
        root = Path(path)
        self._only = root.name if root.is_file() else None
        self._root = root.parent if self._only else root

    def list(self) -> Iterator[Entry]:
        if self._only is not None:
            yield self._entry(self._root / self._only)
            return
        for folder, _, names in os.walk(self._root):
            for name in names:
                with suppress(FileNotFoundError):  # somebody else's temporary file
                    yield self._entry(Path(folder, name))

    def open(self, entry: Entry) -> Any:
        import pyarrow

        path = self._root / entry.path
        try:
            found = self._entry(path)
        except FileNotFoundError:
            found = None
        if found != entry:
            raise Hopeless("input-changed", f"{path} is not the file any more that this run was planned for")
        return pyarrow.OSFile(str(path))

    def read(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None

    def create(self, path: str, content: bytes) -> bool:
        temporary = self._temporary(self._root / path)
        try:
            _write(temporary, content)
            return _claim(temporary, self._root / path)
        finally:
            temporary.unlink(missing_ok=True)

    def put(self, path: str, content: bytes) -> None:
        with self.write(path) as stream:
            stream.write(content)

    @contextmanager
    def write(self, path: str) -> Iterator[BinaryIO]:
        target = self._root / path
        temporary = self._temporary(target)
        try:
            with temporary.open("xb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)

    def sweep(self, path: str) -> None:
        target = self._root / path
        for left in target.parent.glob(f".{target.name}.*"):
            left.unlink(missing_ok=True)

    def _entry(self, path: Path) -> Entry:
        status = path.stat()
        return Entry(path.relative_to(self._root).as_posix(), status.st_size, str(status.st_mtime_ns))

    @staticmethod
    def _temporary(target: Path) -> Path:
        """A name of this attempt's own; readers of data sets leave names out that begin with a dot."""
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.with_name(f".{target.name}.{secrets.token_hex(4)}")


def _claim(temporary: Path, target: Path) -> bool:
    """Gives a file its name where nobody has it: a rename would replace what stands there."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError:
        # A volume without hard links (SMB, most buckets mounted as folders): between look and rename there is a moment.
        if target.exists():
            return False
        temporary.replace(target)
    return True


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """So that the new name outlives a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
