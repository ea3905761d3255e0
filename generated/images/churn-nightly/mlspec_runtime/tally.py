"""Observations of the event loop's thread -> prometheus-client's figures, in bulk when somebody reads them.

Each call of prometheus-client takes locks and searches buckets one by one: a tenth of a small model's request.
"""

from __future__ import annotations

from bisect import bisect_left

from prometheus_client import Counter, Histogram


class CounterTally:
    """Counts for one child of a counter."""

    __slots__ = ("_child", "_count")

    def __init__(self, child: Counter) -> None:
        self._child = child
        self._count = 0.0

    def inc(self, amount: float = 1) -> None:
        self._count += amount

    def flush(self) -> None:
        if self._count:
            self._child.inc(self._count)
            self._count = 0.0


class HistogramTally:
    """Observes for one child of a histogram; a value belongs to the first bucket whose bound is not below it."""

    __slots__ = ("_bounds", "_child", "_counts", "_sum")

    def __init__(self, child: Histogram) -> None:
        # Their library has no public call for many observations at once; these names have not changed since 2015.
        self._bounds = child._upper_bounds
        self._child = child
        self._counts = [0] * len(self._bounds)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def flush(self) -> None:
        for index, count in enumerate(self._counts):
            if count:
                self._child._buckets[index].inc(count)
                self._counts[index] = 0
        self._child._sum.inc(self._sum)
        self._sum = 0.0
