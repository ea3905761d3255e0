"""Two values of the language, as parsed and as written, in; a row for each leaf that means something else out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mlspec.source.node import Node

from .difference import Row, Sign

_LONGEST = 60
DEFAULT = "default"
"""What stands where nobody wrote a value."""


class Written(NamedTuple):
    """What was parsed, keys as users write them, and the text it was parsed from, as far as there is one."""

    value: Any
    node: Node | None

    def below(self, key: str | int) -> Written:
        child = self.node.get(key) if self.node is not None else None
        if isinstance(self.value, Mapping):
            return Written(self.value.get(key), child)
        inside = isinstance(self.value, list) and isinstance(key, int) and key < len(self.value)
        return Written(self.value[key] if inside else None, child)


def changed_values(before: Written, after: Written, path: str = "") -> Iterator[Row]:
    """In the order of the language; a whole block that appears or goes is one row."""
    if before.value == after.value:
        return
    if isinstance(before.value, Mapping) and isinstance(after.value, Mapping):
        for key in dict.fromkeys([*before.value, *after.value]):
            yield from changed_values(before.below(key), after.below(key), f"{path}.{key}" if path else key)
    elif (names := _named(before.value, after.value)) is not None:
        for name, old, new in names:
            yield from changed_values(_item(before, old), _item(after, new), f"{path}.{name}")
    else:
        old_text, new_text = _text(before), _text(after)
        if old_text == new_text == DEFAULT:  # the default follows from something else that changed
            return
        sign = Sign.ADDED if _absent(before) else Sign.REMOVED if _absent(after) else Sign.CHANGED
        old_text = "" if sign is Sign.ADDED and not isinstance(after.value, str | int | float | bool) else old_text
        yield Row(sign, path, "" if sign is Sign.ADDED else old_text, "" if sign is Sign.REMOVED else new_text)


def _named(before: Any, after: Any) -> list[tuple[str, int | None, int | None]] | None:
    """Items of two lists by their names, each with its index on both sides; None where items have no names."""
    lists = [each for each in (before, after) if each]
    if not lists or not all(isinstance(each, list) for each in lists):
        return None
    if not all(isinstance(item, Mapping) and isinstance(item.get("name"), str) for each in lists for item in each):
        return None
    old = {item["name"]: index for index, item in enumerate(before or [])}
    new = {item["name"]: index for index, item in enumerate(after or [])}
    return [(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])]


def _item(written: Written, index: int | None) -> Written:
    return Written(None, None) if index is None else written.below(index)


def _absent(written: Written) -> bool:
    return written.node is None and not isinstance(written.value, Mapping) and written.value in (None, [], {})


def _text(written: Written) -> str:
    if written.node is None:
        return DEFAULT
    text = _flow(written.node)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _flow(node: Node) -> str:
    """The value on one line, as it could be written."""
    if isinstance(node.value, dict):
        return "{" + ", ".join(f"{key}: {_flow(entry.node)}" for key, entry in node.value.items()) + "}"
    if isinstance(node.value, list):
        return "[" + ", ".join(map(_flow, node.value)) + "]"
    return " ".join(node.text.split())
