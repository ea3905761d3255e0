"""A mapping in a text and one of its entries in; the text with the entry set or removed, all else as it was, out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from mlspec.diagnostics import Span
from mlspec.source.node import Entry, Node
from mlspec.source.text import Text

_ENDS_PLAIN = (",", "[", "]", "{", "}", ": ", " #")
"""What a plain scalar may hold in a block and not between brackets (YAML 1.2, 7.3.3)."""


class CannotEdit(Exception):
    """The text is written in a way that this does not rewrite; `span` is where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(frozen=True)
class Place:
    """A mapping in a text: the value of the last key of `path`, which exists."""

    text: Text
    root: Node
    path: Sequence[str]

    @property
    def node(self) -> Node:
        node = self.root.get(*self.path)
        if node is None:
            raise KeyError(".".join(self.path))
        return node

    @property
    def entries(self) -> dict[str, Entry]:
        return self.node.value if isinstance(self.node.value, dict) else {}

    @property
    def is_flow(self) -> bool:
        return self.text.content.startswith("{", _start(self.text, self.node.span))

    @property
    def key(self) -> Span:
        span = self.root.get(*self.path[:-1])
        found = span.key_span(self.path[-1]) if span else None
        if found is None:
            raise KeyError(".".join(self.path))
        return found

    @property
    def after_colon(self) -> int:
        return self.text.content.index(":", _end(self.text, self.key)) + 1


def without(place: Place, name: str) -> str:
    """The text without the entry `name` of a mapping; a mapping that is left without any is written `{}`."""
    content, entry = place.text.content, place.entries[name]
    names = list(place.entries)
    if place.is_flow:
        start, end = _start(place.text, entry.key), _end(place.text, entry.node.span)
        index = names.index(name)
        if index + 1 < len(names):
            end = _start(place.text, place.entries[names[index + 1]].key)
        elif index:
            start = _end(place.text, place.entries[names[index - 1]].node.span)
        return content[:start] + content[end:]
    start, end = place.text.line_start(_start(place.text, entry.key)), _line_end(place.text, entry.node.span)
    if content[start : _start(place.text, entry.key)].strip():
        raise CannotEdit("the key does not begin its line", entry.key)
    left = content[:start] + content[end:]
    return left if len(names) > 1 else left[: place.after_colon] + " {}" + left[place.after_colon :]


def with_value(place: Place, name: str, source: Place) -> str:
    """The text with the entry `name` of a mapping as `source` has it, which is written in the same text."""
    original = source.entries[name]
    if name in place.entries:
        return _replaced(place, name, source)
    if place.is_flow:
        between = ", " if place.entries else ""
        if place.entries:
            at = _end(place.text, list(place.entries.values())[-1].node.span)
        else:
            at = _start(place.text, place.node.span) + 1
        return _spliced(place.text, at, at, f"{between}{name}: {_flow(place.text, original.node)}")
    if not place.entries:  # `prod:` or `prod: null`
        start, end = place.after_colon, max(_end(place.text, place.node.span), place.after_colon)
        return _spliced(place.text, start, end, f" {{{name}: {_flow(place.text, original.node)}}}")
    last = list(place.entries.values())[-1]
    at, indent = _line_end(place.text, last.node.span), last.key.column - 1
    value = _value(place.text, original, indent)
    before = "" if place.text.content[:at].endswith(("\n", "\r")) else _newline(place.text)
    return _spliced(place.text, at, at, f"{before}{' ' * indent}{name}:{value}{_newline(place.text)}")


def _replaced(place: Place, name: str, source: Place) -> str:
    old, new = place.entries[name], source.entries[name]
    start = place.text.content.index(":", _end(place.text, old.key)) + 1
    end = _end(place.text, old.node.span)
    if place.is_flow:
        return _spliced(place.text, start, end, f" {_flow(place.text, new.node)}")
    return _spliced(place.text, start, max(end, start), _value(place.text, new, old.key.column - 1))


def _value(text: Text, entry: Entry, indent: int) -> str:
    """What stands behind the colon of an entry, moved to another indentation."""
    start, end = _start(text, entry.node.span), _end(text, entry.node.span)
    if entry.node.span.line == entry.key.line:  # on the key's line: brackets or a scalar, perhaps over several lines
        if entry.node.span.end_line > entry.node.span.line:
            return f" {_flow(text, entry.node)}"
        return f" {text.content[start:end]}"
    shift = indent - (entry.key.column - 1)
    lines = text.content[text.line_start(start) : end].splitlines()
    return _newline(text) + _newline(text).join(_shifted(line, shift) for line in lines)


def _shifted(line: str, shift: int) -> str:
    if not line.strip():
        return line
    return " " * shift + line if shift >= 0 else line[min(-shift, len(line) - len(line.lstrip(" "))) :]


def _flow(text: Text, node: Node) -> str:
    """The value on one line, scalars as they were written wherever that means the same there."""
    if isinstance(node.value, dict):
        inside = (f"{_key(text, entry)}: {_flow(text, entry.node)}" for entry in node.value.values())
        return "{" + ", ".join(inside) + "}"
    if isinstance(node.value, list):
        return "[" + ", ".join(_flow(text, item) for item in node.value) + "]"
    written = text.content[_start(text, node.span) : _end(text, node.span)]
    if written[:1] in ("'", '"') and node.span.line == node.span.end_line:
        return written
    plain = node.span.line == node.span.end_line and written[:1] not in ("|", ">")
    if plain and not any(sign in written for sign in _ENDS_PLAIN):
        return written or "null"
    return json.dumps(node.text, ensure_ascii=False)


def _key(text: Text, entry: Entry) -> str:
    return text.content[_start(text, entry.key) : _end(text, entry.key)]


def _spliced(text: Text, start: int, end: int, new: str) -> str:
    return text.content[:start] + new + text.content[end:]


def _newline(text: Text) -> str:
    return "\r\n" if "\r\n" in text.content else "\n"


def _start(text: Text, span: Span) -> int:
    return text.index(span.line, span.column)


def _end(text: Text, span: Span) -> int:
    return text.index(span.end_line, span.end_column)


def _line_end(text: Text, span: Span) -> int:
    """Behind the end of the last line of a range, its line break and what stands behind the range included."""
    end = _end(text, span)
    if end and span.end_column == 1:  # a block scalar ends where the next line begins
        return end
    end += len(text.rest_of_line(end))
    return end + (2 if text.content.startswith("\r\n", end) else 1 if end < len(text.content) else 0)
