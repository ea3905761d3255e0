"""A workspace in; the same with one file of another content, or one that notes which files are looked at, out."""

from __future__ import annotations

import hashlib

from mlspec.source.files import Files


class AlteredFiles:
    """The workspace with one file of another content: its last third is missing, or all of it."""

    def __init__(self, files: Files, altered: str, *, gone: bool = False) -> None:
        self._files, self._altered, self._gone = files, altered, gone

    def of(self, source: str) -> AlteredFiles:
        return AlteredFiles(self._files.of(source), self._altered, gone=self._gone)

    def read(self, path: str, at_most: int = -1) -> bytes:
        content = self._files.read(path, at_most)
        if path != self._altered:
            return content
        lines = content.splitlines(keepends=True)
        return b"".join(lines[: -(-len(lines) * 2 // 3)])

    def size(self, path: str) -> int | None:
        size = self._files.size(path)
        if path != self._altered or size is None:
            return size
        return None if self._gone else size * 2 // 3

    def sha256(self, path: str) -> str:
        digest = self._files.sha256(path)
        return hashlib.sha256(digest.encode()).hexdigest() if path == self._altered else digest

    def below(self, folder: str) -> list[str]:
        return self._files.below(folder)


class WatchedFiles:
    """The workspace that notes which files beside a spec are looked at."""

    def __init__(self, files: Files, seen: set[str] | None = None) -> None:
        self._files, self.seen = files, set[str]() if seen is None else seen

    def of(self, source: str) -> WatchedFiles:
        return WatchedFiles(self._files.of(source), self.seen)

    def read(self, path: str, at_most: int = -1) -> bytes:
        self.seen.add(path)
        return self._files.read(path, at_most)

    def size(self, path: str) -> int | None:
        size = self._files.size(path)
        if size is not None:
            self.seen.add(path)
        return size

    def sha256(self, path: str) -> str:
        self.seen.add(path)
        return self._files.sha256(path)

    def below(self, folder: str) -> list[str]:
        return self._files.below(folder)
