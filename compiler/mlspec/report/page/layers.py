"""References between things -> columns from left to right, with few crossings. Source: Sugiyama's method, by layers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
_SWEEPS = 8


def acyclic(edges: Iterable[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """The same without those that close a circle, so that there is a left and a right."""
    kept: list[tuple[Node, Node]] = []
    after: dict[Node, set[Node]] = {}
    for source, target in edges:
        if not _reaches(after, target, source):
            after.setdefault(source, set()).add(target)
            kept.append((source, target))
    return kept


def _reaches(after: Mapping[Node, set[Node]], start: Node, wanted: Node) -> bool:
    seen, todo = set(), [start]
    while todo:
        node = todo.pop()
        if node == wanted:
            return True
        if node not in seen:
            seen.add(node)
            todo += after.get(node, ())
    return False


def columns(nodes: Sequence[Node], edges: Sequence[tuple[Node, Node]]) -> dict[Node, int]:
    """The column of each, 0 on the left: as far right as what it refers to allows."""
    after: dict[Node, list[Node]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    depth: dict[Node, int] = {}

    def from_right(node: Node) -> int:
        if node not in depth:
            depth[node] = 1 + max((from_right(target) for target in after.get(node, ())), default=-1)
        return depth[node]

    widest = max(map(from_right, nodes), default=0)
    return {node: widest - depth[node] for node in nodes}


def ordered(layers: Sequence[Sequence[Node]], edges: Sequence[tuple[Node, Node]]) -> list[list[Node]]:
    """Each column from top to bottom: near the middle of what stands beside it, to and fro, until it settles."""
    result = [list(layer) for layer in layers]
    before: dict[Node, list[Node]] = {}
    after: dict[Node, list[Node]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    best, fewest = result, crossings(result, edges)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        indices = range(1, len(result)) if forward else range(len(result) - 2, -1, -1)
        result = [list(layer) for layer in result]
        for index in indices:
            beside = result[index - 1] if forward else result[index + 1]
            _sort(result[index], beside, before if forward else after)
        if (found := crossings(result, edges)) < fewest:
            best, fewest = result, found
    return best


def _sort(layer: list[Node], beside: Sequence[Node], neighbours: Mapping[Node, Sequence[Node]]) -> None:
    place = {node: number for number, node in enumerate(beside)}
    own = {node: number for number, node in enumerate(layer)}

    def middle(node: Node) -> float:
        places = [place[other] for other in neighbours.get(node, ()) if other in place]
        return sum(places) / len(places) if places else own[node]

    layer.sort(key=middle)


def crossings(layers: Sequence[Sequence[Node]], edges: Sequence[tuple[Node, Node]]) -> int:
    """How many pairs of edges between the same two columns cross."""
    where = {node: (column, row) for column, layer in enumerate(layers) for row, node in enumerate(layer)}
    spans = [(where[source], where[target]) for source, target in edges]
    return sum(
        one[0][0] == other[0][0] and (one[0][1] - other[0][1]) * (one[1][1] - other[1][1]) < 0
        for number, one in enumerate(spans)
        for other in spans[:number]
    )
