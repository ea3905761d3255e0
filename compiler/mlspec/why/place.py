"""A generated file and a line or a path in it in; the value that stands there, and whether another text has it, out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache
from typing import Any

from mlspec.source.node import Node
from mlspec.source.read import parse
from mlspec.source.text import split_lines
from mlspec.verify.problem import written

Steps = tuple[str | int, ...]
_STEP = re.compile(r'\.?([^.\[\]]+)|\[(\d+)\]|\["([^"]+)"\]')
_NAMES = ("name", "alert", "record", "key", "uid", "type")
"""By which items of a list are known, whatever stands before them."""


class Moved(IntEnum):
    """What another value of the spec makes of a place, the nearest last."""

    NO = 0
    FILE_GONE = 1
    PARENT_GONE = 2
    YES = 3


class NoPlace(Exception):
    """The file has no such line or path; says what it has."""


@dataclass(frozen=True)
class Place:
    """`steps` lead to a value of the document with that index, None where there is no value but a line."""

    file: str
    number: int
    """From 1; where the value begins."""
    document: int | None = None
    steps: Steps = ()
    line: int | None = None
    """Of the value's text where it has several lines, else of the file's, from 0."""

    @property
    def shown(self) -> str:
        """`spec.replicas`"""
        return written(self.steps)


def at_line(file: str, content: str, number: int) -> Place:
    """What stands on a line, from 1."""
    lines = _lines(content)
    if not 1 <= number <= len(lines) or (number == len(lines) and not lines[-1]):
        raise NoPlace(f"{file} has {len(lines) - (not lines[-1])} lines")
    if not lines[number - 1].strip() or lines[number - 1].lstrip().startswith("#") or not _is_yaml(file):
        return Place(file, number, line=number - 1)
    found = _on_lines(file, content).get(number)
    return found_at(file, *found, number) if found else Place(file, number, line=number - 1)


def found_at(file: str, document: int, steps: Steps, node: Node, number: int) -> Place:
    several = isinstance(node.value, str) and node.span.end_line > node.span.line
    inside = number - node.span.line - 1
    return Place(file, number, document, steps, inside if several and inside >= 0 else None)


def at_path(file: str, content: str, path: str) -> Place:
    """What stands at `spec.template.spec.containers[0].image`."""
    if not _is_yaml(file):
        raise NoPlace(f"{file} has lines, no paths: ask for {file}:<line>")
    steps = [int(number) if number else word or quoted for word, number, quoted in _STEP.findall(path)]
    for index, root in enumerate(_roots(file, content)):
        node: Node | None = root
        for end in range(len(steps) + 1):
            node = root.get(*steps[:end])
            if node is None:
                break
        if node is not None:
            return Place(file, root.locate_key(steps).line, index, tuple(steps))
    raise NoPlace(f"{file} has no `{path}`: {_what_there_is(_roots(file, content), steps)}")


def _what_there_is(roots: Sequence[Node], steps: Sequence[str | int]) -> str:
    for end in range(len(steps), -1, -1):
        for root in roots:
            found = root.get(*steps[:end])
            if found is not None and isinstance(found.value, dict):
                return f"{f'`{written(steps[:end])}`' if end else 'it'} has {', '.join(found.value)}"
            if found is not None and isinstance(found.value, list):
                return f"`{written(steps[:end])}` has {len(found.value)} items, [0] the first"
    return "it is empty"


def _is_yaml(file: str) -> bool:
    return file.endswith((".yaml", ".yml"))


@lru_cache(8)
def _lines(content: str) -> list[str]:
    return split_lines(content)


@lru_cache(8)
def _roots(file: str, content: str) -> tuple[Node, ...]:
    return tuple(document.root for document in parse(file, content.encode()).documents)


@lru_cache(8)
def _on_lines(file: str, content: str) -> Mapping[int, tuple[int, Steps, Node]]:
    """By each line the first value that is named on it, or whose text goes over it; its document and the way to it."""
    found: dict[int, tuple[int, Steps, Node]] = {}
    for index, root in enumerate(_roots(file, content)):
        for steps, number, last, node in _spans(root, ()):
            for line in range(number, last + 1):
                found.setdefault(line, (index, steps, node))
    return found


def _spans(node: Node, steps: Steps) -> Iterator[tuple[Steps, int, int, Node]]:
    """Every value below with the lines that are its own."""
    if isinstance(node.value, dict):
        for key, entry in node.value.items():
            yield (*steps, key), entry.key.line, entry.key.line, entry.node
            yield from _spans(entry.node, (*steps, key))
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from _spans(item, (*steps, index))
    else:
        ends_before = node.span.end_column == 1 and node.span.end_line > node.span.line
        yield steps, node.span.line, node.span.end_line - ends_before, node


def moved(place: Place, before: Sequence[Any] | str, after: Sequence[Any] | str | None) -> Moved:
    """Whether what stands at the place differs; each is the file's documents, or its text; None: there is no file."""
    if after is None:
        return Moved.FILE_GONE
    if isinstance(before, str) or place.document is None:
        assert isinstance(before, str) and isinstance(after, str), "one file has one form"  # noqa: S101, PT018
        return Moved.YES if _line_moved(before, after, place.line or 0) else Moved.NO
    if place.document >= len(after):
        return Moved.PARENT_GONE
    old: Any = before[place.document]
    new: Any = after[place.document]
    for depth, step in enumerate(place.steps):
        fitting = _fitting(old, new, step)
        old = old[step]
        if fitting is None:
            return Moved.YES if depth == len(place.steps) - 1 else Moved.PARENT_GONE
        new = new[fitting]
    if old == new:
        return Moved.NO
    if place.line is not None and isinstance(old, str) and isinstance(new, str):
        return Moved.YES if _line_moved(old, new, place.line) else Moved.NO
    return Moved.YES


def _fitting(old: Any, new: Any, step: str | int) -> str | int | None:
    """The step in `new` to what is at `step` in `old`."""
    if isinstance(step, str):
        return step if isinstance(new, Mapping) and step in new else None
    if not isinstance(new, list):
        return None
    for key in _NAMES:
        name = old[step].get(key) if isinstance(old[step], Mapping) else None
        if isinstance(name, str):
            named = [at for at, item in enumerate(new) if isinstance(item, Mapping) and item.get(key) == name]
            if len(named) == 1 and sum(isinstance(item, Mapping) and item.get(key) == name for item in old) == 1:
                return named[0]
            break
    return step if len(old) == len(new) or (step < len(new) and new[step] == old[step]) else None


def _line_moved(before: str, after: str, line: int) -> bool:
    """Whether a line is another, wherever it stands now."""
    return before != after and line in _moved_lines(before, after)


@lru_cache(4096)
def _moved_lines(before: str, after: str) -> frozenset[int]:
    """Lines of the one text, from 0, that are not in the other: compared once, though all may be asked about."""
    old, new = split_lines(before), split_lines(after)
    length = min(len(old), len(new))
    start = next((at for at in range(length) if old[at] != new[at]), length)
    tail = next((at for at in range(length - start) if old[-1 - at] != new[-1 - at]), length - start)
    middle = SequenceMatcher(None, old[start : len(old) - tail], new[start : len(new) - tail], autojunk=False)
    same = {
        start + at for tag, first, last, _, _ in middle.get_opcodes() if tag == "equal" for at in range(first, last)
    }
    return frozenset(range(start, len(old) - tail)) - same
