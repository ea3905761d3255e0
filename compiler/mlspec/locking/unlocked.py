"""A workspace's files -> the same without the locks, so that specs are read as if nothing had been locked yet."""

from __future__ import annotations

from mlspec.environment.locks import SUFFIX
from mlspec.source.files import Files


class Unlocked:
    """Every file but the locks."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def of(self, source: str) -> Unlocked:
        return Unlocked(self._files.of(source))

    def read(self, path: str, at_most: int = -1) -> bytes:
        return self._files.read(path, at_most)

    def size(self, path: str) -> int | None:
        return None if path.endswith(SUFFIX) else self._files.size(path)

    def sha256(self, path: str) -> str:
        return self._files.sha256(path)

    def below(self, folder: str) -> list[str]:
        return self._files.below(folder)
