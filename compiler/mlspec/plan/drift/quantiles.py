"""Numbers -> the bounds of about ten buckets with as many of them each, and none of the numbers themselves."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

BUCKETS = 10
_LEAST_SHARE = 0.02
_LEAST = 5
"""Rows in a bucket, and the share of them: fewer would say more about a row than about the distribution."""
_FINEST = 100
"""Steps that the buckets on both sides of a bound are divided into: it is not written more precisely."""
_APART = 1000
"""The part of a value by which a bound stands off where there is no other value."""

Distinct = list[tuple[float, int]]
"""Values, growing, and how often each occurs."""


def bounds_of(numbers: Sequence[float]) -> tuple[float, ...]:
    """Growing; a number belongs to the first bucket whose bound is not below it, or to the one after the last."""
    distinct = sorted(Counter(numbers).items())
    if not distinct:
        return ()
    places = _cuts(distinct) or _around_the_most_common(distinct)
    widths = _widths(distinct, places)
    bounds = {_between(*_neighbours(distinct, place), width) for place, width in zip(places, widths, strict=True)}
    return tuple(sorted(bounds))


def _cuts(distinct: Distinct) -> list[int]:
    """Places in `distinct` before which a bucket ends: near the quantiles, with enough rows between."""
    reached = list(accumulate(count for _, count in distinct))
    total, least = reached[-1], _least(reached[-1])
    chosen: list[int] = []
    last = 0
    for place in sorted({_nearest(reached, total * tenth / BUCKETS) for tenth in range(1, BUCKETS)}):
        rows = reached[place - 1] if place else 0
        if rows - last >= least and total - rows >= least:
            chosen.append(place)
            last = rows
    return chosen


def _least(rows: int) -> int:
    return max(_LEAST, math.ceil(_LEAST_SHARE * rows))


def _nearest(reached: list[int], target: float) -> int:
    """The place with as nearly `target` rows before it as there is: equal values stay together."""
    place = bisect_left(reached, target)
    before = reached[place - 1] if place else 0
    return place if target - before < reached[place] - target else place + 1


def _around_the_most_common(distinct: Distinct) -> list[int]:
    """A value that nearly all rows have gets a bucket of its own: another value must not share it."""
    place = max(range(len(distinct)), key=lambda place: distinct[place][1])
    return [place, place + 1]


def _neighbours(distinct: Distinct, place: int) -> tuple[float, float]:
    """The values on both sides of a cut; made up, at some distance, where there is none."""
    if place == 0:
        high = distinct[0][0]
        return high - max(abs(high), 1.0) / _APART, high
    low = distinct[place - 1][0]
    return low, distinct[place][0] if place < len(distinct) else low + max(abs(low), 1.0) / _APART


def _widths(distinct: Distinct, places: list[int]) -> list[float]:
    """How far the buckets around each place reach; the outermost have no end, and do not count.

    0 beside a value that many rows have: it must not cross the bound when it is rounded to fewer bits in a request.
    """
    ends = [distinct[min(place, len(distinct) - 1)][0] for place in places]
    least = _least(sum(count for _, count in distinct))
    widths = []
    for at, place in enumerate(places):
        is_beside_many = max(count for _, count in distinct[max(place - 1, 0) : place + 1]) >= least
        around = ends[min(at + 1, len(ends) - 1)] - ends[max(at - 1, 0)] or distinct[-1][0] - distinct[0][0]
        widths.append(0.0 if is_beside_many else around)
    return widths


def _between(low: float, high: float, width: float) -> float:
    """A number above `low` and below `high` with as few digits as can be; near them where it would take too many.

    Too many are those below a hundredth of `width`; there is no limit where that is 0.
    """
    exponent = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    finest = math.floor(math.log10(width / _FINEST)) if width > 0 else -math.inf
    bottom, top = Decimal(str(low)), Decimal(str(high))
    while True:
        step = Decimal(10) ** exponent
        candidate = ((bottom + top) / 2 / step).to_integral_value() * step
        if bottom < candidate < top or exponent <= finest:
            return float(candidate)
        exponent -= 1
