"""A column of a reference -> the shares of its buckets, of numbers by quantiles, of texts by value."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from .binding import Bound
from .cells import numbers, texts
from .quantiles import bounds_of
from .reference import Fault, Feature, Refused
from .table import Cell

MOST_CATEGORIES = 20
LONGEST_CATEGORY = 64
"""Bytes."""
_LEAST_SHARE, _LEAST = 0.01, 10
"""Rows of a category that stands by its name, and the share of them: a rare one may be somebody's."""
_DIGITS = 6


def distribution(bound: Bound, cells: Sequence[Cell]) -> Feature:
    """Raises Refused where the cells are of another type than the tensor, or texts of too many kinds."""
    if bound.tensor.datatype == "BYTES":
        return _of_texts(bound, texts(cells, bound.name), len(cells))
    return _of_numbers(bound, numbers(cells, bound.tensor.datatype, bound.name), len(cells))


def _of_numbers(bound: Bound, found: list[float], rows: int) -> Feature:
    bounds = bounds_of(found)
    counts = Counter(bisect_left(bounds, number) for number in found)
    buckets = [counts[place] for place in range(len(bounds) + 1)]
    shares = _shares([*buckets, rows - len(found)], rows)
    return Feature(bound.name, bound.tensor.name, bound.column, bound.is_output, shares, bounds)


def _of_texts(bound: Bound, found: list[str], rows: int) -> Feature:
    counts = Counter(found)
    least = max(_LEAST, _LEAST_SHARE * rows)
    common = [
        text
        for text, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= least and len(text.encode()) <= LONGEST_CATEGORY
    ][:MOST_CATEGORIES]
    others = len(found) - sum(counts[text] for text in common)
    if 2 * others > rows:
        said = (
            f"has {len(counts):,} different texts in column {bound.name!r}, and most rows have one of the rarer ones: "
            "their distribution says nothing"
        )
        raise Refused(
            Fault(
                "drift-too-many-values", said, "not categories", f"do not watch the column: `exclude: [{bound.name}]`"
            )
        )
    shares = _shares([*(counts[text] for text in common), others, rows - len(found)], rows)
    feature = (bound.name, bound.tensor.name, bound.column, bound.is_output)
    return Feature(*feature, shares, categories=tuple(common))


def _shares(counts: Iterable[int], rows: int) -> tuple[float, ...]:
    return tuple(round(count / rows, _DIGITS) for count in counts)
