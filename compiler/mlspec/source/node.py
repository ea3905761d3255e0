"""The tree that a YAML text becomes: plain values that know where they were written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mlspec.diagnostics import Span

Scalar = str | int | float | bool | None
Path = Sequence[str | int]


class Entry(Struct, frozen=True):
    """A key of a mapping, where the key stands, and its value."""

    key: Span
    node: Node


class Node(Struct, frozen=True):
    """A value and where it stands; `value` is a scalar, a list of nodes, or a mapping in written order.

    `text` is a scalar as it was written (`1.10` is the number 1.1), empty for lists and mappings.
    """

    span: Span
    value: Scalar | list[Node] | dict[str, Entry]
    text: str = ""

    def plain(self) -> object:
        """The value without places: dict, list, str, int, float, bool or None."""
        if isinstance(self.value, dict):
            return {key: entry.node.plain() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def get(self, *path: str | int) -> Node | None:
        """The node below `path`, or None where there is none."""
        node: Node | None = self
        for step in path:
            node = node._child(step) if node is not None else None
        return node

    def _child(self, step: str | int) -> Node | None:
        if isinstance(self.value, dict) and isinstance(step, str):
            entry = self.value.get(step)
            return entry.node if entry else None
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None

    def locate(self, path: Path) -> Span:
        """Where the value at `path` stands; a path that is not there is located by its nearest ancestor.

        A mapping, and a list over several lines, is located by its key, or by its first line where it has none.
        """
        node, key = self, None
        for step in path:
            child = node._child(step)
            if child is None:
                return key or node._first_line()
            node, key = child, node.key_span(step)
        return node._value_span(key)

    def _value_span(self, key: Span | None) -> Span:
        short = isinstance(self.value, list) and self.span.line == self.span.end_line
        if short or not isinstance(self.value, dict | list):
            return self.span
        return key or self._first_line()

    def _first_line(self) -> Span:
        if self.span.line == self.span.end_line:
            return self.span
        if isinstance(self.value, dict) and self.value:
            return next(iter(self.value.values())).key
        if isinstance(self.value, list) and self.value:
            return self.value[0]._first_line()
        return self.span

    def key_span(self, step: str | int) -> Span | None:
        """Where the key `step` of this mapping is written."""
        if isinstance(self.value, dict) and isinstance(step, str) and step in self.value:
            return self.value[step].key
        return None

    def locate_key(self, path: Path) -> Span:
        """Where the last key of `path` is written; an item of a list has no key, so its value."""
        parent = self.get(*path[:-1])
        key = parent.key_span(path[-1]) if parent and path else None
        return key or self.locate(path)

    def scalars(self) -> Iterator[tuple[tuple[str | int, ...], Node]]:
        """Every scalar below, with its path, in written order."""
        if isinstance(self.value, dict):
            for key, entry in self.value.items():
                yield from (((key, *path), node) for path, node in entry.node.scalars())
        elif isinstance(self.value, list):
            for index, item in enumerate(self.value):
                yield from (((index, *path), node) for path, node in item.scalars())
        else:
            yield (), self


class Document(Struct, frozen=True):
    """One YAML document of a file; `root` is a mapping."""

    file: str
    root: Node
