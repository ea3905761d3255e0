"""The workspace as the compiler sees it: paths below its root, read on demand, never written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Protocol


class Files(Protocol):
    """Read access to a workspace; every path is relative to its root, with forward slashes."""

    def of(self, source: str) -> Files:
        """The same files, as seen by what is made from one file of specs: whoever keeps account can tell them apart."""

    def read(self, path: str, at_most: int = -1) -> bytes:
        """The content of a file, or its first `at_most` bytes; FileNotFoundError when there is none."""

    def size(self, path: str) -> int | None:
        """Size of a file in bytes, or None when there is no such file."""

    def sha256(self, path: str) -> str:
        """Hex digest of a file's content; FileNotFoundError when there is none."""

    def below(self, folder: str) -> list[str]:
        """Every file below a folder, sorted; empty when there is no such folder. Hidden files are left out.

        OSError when a folder cannot be read.
        """


class FilesInMemory:
    """A workspace made of a mapping from path to content."""

    def __init__(self, content: Mapping[str, bytes]) -> None:
        self._content = dict(content)

    def of(self, source: str) -> FilesInMemory:  # noqa: ARG002 - nobody keeps account
        return self

    def read(self, path: str, at_most: int = -1) -> bytes:
        try:
            return self._content[path] if at_most < 0 else self._content[path][:at_most]
        except KeyError:
            raise FileNotFoundError(path) from None

    def sha256(self, path: str) -> str:
        return hashlib.sha256(self.read(path)).hexdigest()

    def size(self, path: str) -> int | None:
        return len(self._content[path]) if path in self._content else None

    def below(self, folder: str) -> list[str]:
        prefix = "" if folder in ("", ".") else folder.rstrip("/") + "/"
        inside = (path for path in self._content if path.startswith(prefix))
        return sorted(path for path in inside if not hidden(path.removeprefix(prefix)))


class FilesOnDisk:
    """The workspace below a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # A model is asked for once for each environment, and may be large.
        self._digests: dict[str, str] = {}

    def of(self, source: str) -> FilesOnDisk:  # noqa: ARG002 - nobody keeps account
        return self

    def read(self, path: str, at_most: int = -1) -> bytes:
        with (self.root / path).open("rb") as file:
            return file.read(at_most)

    def sha256(self, path: str) -> str:
        if path not in self._digests:
            with (self.root / path).open("rb") as stream:
                self._digests[path] = hashlib.file_digest(stream, "sha256").hexdigest()
        return self._digests[path]

    def size(self, path: str) -> int | None:
        file = self.root / path
        return file.stat().st_size if file.is_file() else None

    def below(self, folder: str) -> list[str]:
        top = self.root / folder
        prefix = PurePosixPath(folder).as_posix()
        return sorted(_walk(str(top), "" if prefix == "." else f"{prefix}/")) if top.is_dir() else []


def spec_files(paths: Iterable[str]) -> list[str]:
    """Those of the paths that may be specs by their ending."""
    return [path for path in paths if path.lower().endswith((".yaml", ".yml"))]


def _walk(top: str, prefix: str) -> Iterator[str]:
    """Files below `top`; hidden folders are not entered. As text: a workspace has thousands of folders."""
    # OSError: specs in a folder that cannot be read would be missing, and what was generated from them removed.
    with os.scandir(top) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            # Neither a socket nor a link to nothing.
            elif Path(entry.path).is_file() if entry.is_symlink() else entry.is_file():
                yield f"{prefix}{entry.name}"


def hidden(path: str) -> bool:
    """Whether a path below a folder is none of the workspace: it, or a folder of it, is hidden or Python's cache."""
    return any(part.startswith(".") or part == "__pycache__" for part in PurePosixPath(path).parts)
