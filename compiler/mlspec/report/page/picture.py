"""Things and their references -> boxes and curves of a picture, every place and size in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layers import acyclic, columns, ordered
from .references import Reference, Thing

_WIDTH, _HEIGHT, _BEND_HEIGHT = 184, 42, 10
_GAP, _BETWEEN, _MARGIN = 14, 56, 8
_LETTERS = 26
"""That fit into a box."""


@dataclass(frozen=True)
class Box:
    """A thing; `outside` of what is generated for this model."""

    thing: Thing
    x: int
    y: int
    outside: bool

    @property
    def label(self) -> str:
        name = self.thing.name
        return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    box_width: int
    box_height: int
    boxes: tuple[Box, ...]
    curves: tuple[str, ...]
    """Paths of SVG."""


@dataclass(frozen=True)
class _Bend:
    """Where a long reference passes a column."""

    reference: Reference
    column: int


_Node = Thing | _Bend


def draw(inside: Sequence[Thing], references: Sequence[Reference]) -> Picture:
    """What nothing refers to, and what refers to nothing, stands in lines below the rest."""
    joined = {each for reference in references for each in (reference.source, reference.target)}
    alone = [each for each in inside if each not in joined]
    chains, layers = _layers(sorted(joined), references)
    tallest = max((_tall(layer) for layer in layers), default=0)
    places: dict[_Node, tuple[int, int]] = {}
    for number, layer in enumerate(layers):
        y = _MARGIN + (tallest - _tall(layer)) // 2
        for node in layer:
            places[node] = (_MARGIN + number * (_WIDTH + _BETWEEN), y)
            y += _high(node) + _GAP
    per_line = max(len(layers), 1)
    for number, each in enumerate(alone):
        line, column = divmod(number, per_line)
        places[each] = (
            _MARGIN + column * (_WIDTH + _BETWEEN),
            _MARGIN + (tallest + _GAP if tallest else 0) + line * (_HEIGHT + _GAP),
        )
    known = set(inside)
    boxes = tuple(Box(node, *place, node not in known) for node, place in places.items() if isinstance(node, Thing))
    return Picture(
        width=max((box.x for box in boxes), default=0) + _WIDTH + _MARGIN,
        height=max((box.y for box in boxes), default=0) + _HEIGHT + _MARGIN,
        box_width=_WIDTH,
        box_height=_HEIGHT,
        boxes=boxes,
        curves=tuple(_curve([places[node] for node in chain], chain) for chain in chains),
    )


def _layers(nodes: Sequence[Thing], references: Iterable[Reference]) -> tuple[list[list[_Node]], list[list[_Node]]]:
    """Each reference as a chain of what it passes, and the columns in their order from top to bottom."""
    edges = acyclic((reference.source, reference.target) for reference in references)
    column = columns(nodes, edges)
    chains: list[list[_Node]] = []
    for source, target in edges:
        reference = Reference(source, target)
        bends = [_Bend(reference, number) for number in range(column[source] + 1, column[target])]
        chains.append([source, *bends, target])
    layers: list[list[_Node]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node in nodes:
        layers[column[node]].append(node)
    for bend in (each for chain in chains for each in chain if isinstance(each, _Bend)):
        layers[bend.column].append(bend)
    pieces = [pair for chain in chains for pair in pairwise(chain)]
    return chains, ordered(layers, pieces)


def _high(node: _Node) -> int:
    return _HEIGHT if isinstance(node, Thing) else _BEND_HEIGHT


def _tall(layer: Sequence[_Node]) -> int:
    return sum(map(_high, layer)) + _GAP * (len(layer) - 1)


def _curve(corners: Sequence[tuple[int, int]], chain: Sequence[_Node]) -> str:
    """From the right edge of the first to the left edge of the last, level at both."""
    points: list[tuple[int, int]] = []
    for (x, y), node in zip(corners, chain, strict=True):
        middle = y + _high(node) // 2
        points += [(x, middle), (x + _WIDTH, middle)]
    points = points[1:-1]
    path = f"M{points[0][0]} {points[0][1]}"
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (x + to_x) // 2
        path += f"L{to_x} {to_y}" if y == to_y else f"C{half} {y} {half} {to_y} {to_x} {to_y}"
    return path
