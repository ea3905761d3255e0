"""A place inside a text of the spec -> its line and column in the file, however YAML wrote the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.diagnostics import Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.source.node import Node
from mlspec.source.text import displayed, split_lines

# One match for each character of the value, escaped or not; white space is left out, since folding changes it.
_CHARACTERS = {
    '"': re.compile(r"(?:\s|\\[ \tnrtNLP_]|\\$)+|(?P<one>\\x..|\\u.{4}|\\U.{8}|\\.|.)"),
    "'": re.compile(r"\s+|(?P<one>''|.)"),
}
_UNQUOTED = re.compile(r"\s+|(?P<one>.)")
_BLOCK = ("|", ">")


def inside(resolved: ResolvedSpec, path: tuple[str | int, ...], start: int, end: int) -> Span:
    """Where the characters `start` up to `end` of the text at `path` stand; the whole text where it cannot be told."""
    node = resolved.tree.get(*path)
    if node is None:
        return resolved.at(*path)
    return part_of(node, resolved.files.read(node.span.file), start, end)


def part_of(node: Node, file: bytes, start: int, end: int) -> Span:
    """The same for a node and the file that it stands in."""
    value, span = str(node.value), node.span
    places = list(_places(split_lines(displayed(file)), span))
    if not places or len(places) != _visible(value):
        return span
    first = min(_visible(value[:start]), len(places) - 1)
    last = max(first, _visible(value[:end]) - 1)
    return Span(span.file, places[first][0], places[first][1], places[last][0], places[last][2])


def _visible(text: str) -> int:
    return sum(not character.isspace() for character in text)


def _places(lines: list[str], span: Span) -> Iterator[tuple[int, int, int]]:
    """Line, column and the column behind it, of each character that is not white space."""
    first = lines[span.line - 1][span.column - 1 :]
    style = first[:1]
    inset = 1 if style in _CHARACTERS else 0
    pattern = _CHARACTERS.get(style, _UNQUOTED)
    for number in range(span.line + (style in _BLOCK), span.end_line + 1):
        line = lines[number - 1] if number <= len(lines) else ""
        begin = span.column - 1 + inset if number == span.line else 0
        until = span.end_column - 1 - inset if number == span.end_line else len(line)
        for match in pattern.finditer(line, begin, until):
            if match["one"]:
                yield number, match.start() + 1, match.end() + 1
