"""Rows of a known distribution -> the index that the server computes for them against a reference of the compiler's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlspec.plan.drift.binding import Bound, Tensor
from mlspec.plan.drift.distribution import distribution
from mlspec.plan.drift.noise import least_samples
from mlspec_runtime.datatypes import Array
from mlspec_runtime.drift.buckets import Buckets
from mlspec_runtime.drift.index import indices
from mlspec_runtime.drift.reference import Feature

Draw = Callable[[np.random.Generator, int], Array]
THRESHOLD = 0.2


class Known:
    """A feature whose reference is `rows` draws; `samples` are those that a window needs before its index counts."""

    def __init__(self, draw: Draw, datatype: str, seed: int, rows: int = 1000) -> None:
        self._draw = draw
        self._datatype = datatype
        self._random = np.random.default_rng(seed)
        reference = _cells(draw(self._random, rows))
        made = distribution(Bound("x", Tensor("x", datatype, (-1,)), 0), reference)
        self.samples = least_samples(made.shares, rows, THRESHOLD)
        self._buckets = Buckets([Feature("x", "x", 0, False, made.shares, made.bounds, made.categories)])

    def index(self, draw: Draw | None = None, samples: int | None = None) -> float:
        """Of a window of fresh rows, from the same distribution unless another is given."""
        rows = (draw or self._draw)(self._random, samples or self.samples)
        counts = self._buckets.count({"x": _tensor(rows, self._datatype)}, {})
        return float(indices(counts, self._buckets.expected, self._buckets.used)[0])


def _cells(rows: Array) -> Sequence[Any]:
    """As Parquet would give them."""
    return [None if cell != cell else cell for cell in rows.tolist()]


def _tensor(rows: Array, datatype: str) -> Array:
    """As a request would hold them."""
    if datatype != "BYTES":
        return rows
    tensor = np.empty(len(rows), dtype=object)
    tensor[:] = [b"" if text is None else text.encode() for text in rows.tolist()]
    return tensor


def categories(**shares: float) -> Draw:
    names, weights = np.array(list(shares), dtype=object), list(shares.values())
    return lambda random, rows: random.choice(names, rows, p=weights)


def with_missing(draw: Draw, share: float) -> Draw:
    return lambda random, rows: np.where(random.random(rows) < share, np.nan, draw(random, rows))
