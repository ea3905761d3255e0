"""A workspace and contents that are not written yet in; the workspace as it would be with them out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from .files import Files


class Overlay:
    """Files, of which some have another content, or are not there yet."""

    def __init__(self, files: Files, contents: Mapping[str, bytes]) -> None:
        self._files = files
        self._contents = dict(contents)

    def of(self, source: str) -> Overlay:
        return Overlay(self._files.of(source), self._contents)

    def read(self, path: str, at_most: int = -1) -> bytes:
        content = self._contents.get(path)
        if content is None:
            return self._files.read(path, at_most)
        return content if at_most < 0 else content[:at_most]

    def size(self, path: str) -> int | None:
        content = self._contents.get(path)
        return self._files.size(path) if content is None else len(content)

    def sha256(self, path: str) -> str:
        content = self._contents.get(path)
        return self._files.sha256(path) if content is None else hashlib.sha256(content).hexdigest()

    def below(self, folder: str) -> list[str]:
        prefix = "" if folder in ("", ".") else folder.rstrip("/") + "/"
        added = {path for path in self._contents if path.startswith(prefix)}
        return sorted({*self._files.below(folder), *added})
