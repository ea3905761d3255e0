"""Places of the compiler (from 1, in characters) <-> positions of the protocol (from 0, in units of the client)."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pygls import uris
from pygls.workspace import PositionCodec

from mlspec.diagnostics import Span
from mlspec.source.text import displayed, split_lines


class Places:
    """Conversion for a workspace; `codec` counts as the client does, in UTF-16 units unless it asked otherwise."""

    def __init__(self, root: Path, codec: PositionCodec) -> None:
        self.root, self._codec = root, codec

    def uri(self, file: str) -> str:
        uri: str | None = uris.from_fs_path(str(self.root / file))
        assert uri is not None, "an absolute path has one"  # noqa: S101
        return uri

    def file(self, uri: str) -> str | None:
        """The path in the workspace; None for what lies elsewhere."""
        path = uris.to_fs_path(uri)
        if path is None or not Path(path).is_relative_to(self.root):
            return None
        return Path(path).relative_to(self.root).as_posix()

    def range(self, span: Span, content: bytes) -> types.Range:
        """The range in a file with this content; a place that it does not have is its end."""
        lines = split_lines(displayed(content))
        start, end = _within(span.line, span.column, lines), _within(span.end_line, span.end_column, lines)
        return self._codec.range_to_client_units(lines, types.Range(start, max(start, end, key=_order)))

    def point(self, position: types.Position, content: bytes) -> tuple[int, int]:
        """Line and column, from 1."""
        lines = split_lines(displayed(content))
        if position.line >= len(lines):
            return len(lines) + 1, 1
        found = self._codec.position_from_client_units(lines, position)
        return found.line + 1, found.character + 1


def _within(line: int, column: int, lines: list[str]) -> types.Position:
    at = min(max(line - 1, 0), len(lines) - 1)
    return types.Position(at, min(max(column - 1, 0), len(lines[at])))


def _order(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
