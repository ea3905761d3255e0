"""A tree of nodes, a path in it and a value in; the same tree with that value there, or without it, out."""

from __future__ import annotations

from typing import Final

from mlspec.diagnostics import Span
from mlspec.source.node import Entry, Node, Path

_NOWHERE = Span("")


class _Removed:
    """In place of a value: what stands there is taken away."""


REMOVED: Final = _Removed()


def node_of(value: object) -> Node:
    """A plain value as a node that stands nowhere."""
    if isinstance(value, dict):
        return Node(_NOWHERE, {str(key): Entry(_NOWHERE, node_of(below)) for key, below in value.items()})
    if isinstance(value, list):
        return Node(_NOWHERE, [node_of(item) for item in value])
    assert value is None or isinstance(value, str | int | float), "YAML has no other values"  # noqa: S101
    return Node(_NOWHERE, value, "" if value is None else str(value).lower() if value is True else str(value))


def edited(node: Node | None, path: Path, value: object) -> Node:
    """With `value` at `path`, whose parents are made where they are missing; REMOVED takes away what is there."""
    if not path:
        return node_of(value)
    step, rest = path[0], path[1:]
    if node is not None and isinstance(node.value, list) and isinstance(step, int):
        items = list(node.value)
        if not rest and value is REMOVED:
            del items[step]
        else:
            items[step] = edited(items[step], rest, value)
        return Node(node.span, items)
    entries = dict(node.value) if node is not None and isinstance(node.value, dict) else {}
    key, old = str(step), entries.get(str(step))
    if not rest and value is REMOVED:
        entries.pop(key, None)
    elif old is not None:
        entries[key] = Entry(old.key, edited(old.node, rest, value))
    else:
        entries[key] = Entry(_NOWHERE, edited(None, rest, value))
    return Node(node.span if node is not None else _NOWHERE, entries)


def renamed(node: Node, path: Path, old: str, new: str) -> Node:
    """With another name for the key `old` of the mapping at `path`; as it is where there is none."""
    found = node.get(*path)
    if found is None or not isinstance(found.value, dict) or old not in found.value:
        return node
    entries = {new if key == old else key: entry for key, entry in found.value.items()}
    return _replaced(node, path, Node(found.span, entries))


def _replaced(node: Node, path: Path, new: Node) -> Node:
    if not path:
        return new
    entries = dict(node.value) if isinstance(node.value, dict) else {}
    entry = entries[str(path[0])]
    entries[str(path[0])] = Entry(entry.key, _replaced(entry.node, path[1:], new))
    return Node(node.span, entries)
