"""Layers of YAML nodes -> one tree: maps merge, lists and scalars replace, null removes; every node keeps its place."""

from __future__ import annotations

from collections.abc import Container

from mlspec.source.node import Entry, Node


def merge(lower: Node, upper: Node) -> Node:
    """`upper` laid over `lower`; where only one is a mapping, `upper` wins whole."""
    if not isinstance(lower.value, dict) or not isinstance(upper.value, dict):
        return without_nulls(upper)
    merged = dict(lower.value)
    for key, entry in upper.value.items():
        below = merged.get(key)
        if entry.node.value is None:
            merged.pop(key, None)
        elif below is not None:
            merged[key] = Entry(entry.key, merge(below.node, entry.node))
        else:
            merged[key] = Entry(entry.key, without_nulls(entry.node))
    return Node(upper.span, merged)


def without_nulls(node: Node) -> Node:
    """Without the keys that are set to null. Lists are left as they are: a patch in one may mean its nulls."""
    if not isinstance(node.value, dict):
        return node
    kept = {
        key: Entry(entry.key, without_nulls(entry.node))
        for key, entry in node.value.items()
        if entry.node.value is not None
    }
    return Node(node.span, kept)


def without(node: Node, key: str) -> Node:
    """A mapping without one of its keys."""
    if not isinstance(node.value, dict) or key not in node.value:
        return node
    return Node(node.span, {name: entry for name, entry in node.value.items() if name != key})


def only(node: Node, keys: Container[str]) -> Node:
    """A mapping with those of its keys alone."""
    if not isinstance(node.value, dict):
        return node
    return Node(node.span, {name: entry for name, entry in node.value.items() if name in keys})


def merge_layers(*layers: Node | None) -> Node:
    """The layers one over the other, the last wins; at least one is given."""
    present = [layer for layer in layers if layer is not None and layer.value is not None]
    result = without_nulls(present[0])
    for layer in present[1:]:
        result = merge(result, layer)
    return result
