"""Rows by bucket and the shares of the reference -> the population stability index of each feature.

The index is the sum of (q - p) × ln(q / p) over the buckets, with the share p of the reference and q of the rows; it is
the symmetric Kullback-Leibler divergence (H. Jeffreys, "An invariant form for the prior probability in estimation
problems", 1946), as credit scoring uses it (N. Siddiqi, "Credit Risk Scorecards", 2006).
"""

from __future__ import annotations

import numpy as np

from mlspec_runtime.datatypes import Array

SMOOTHING = 0.001
"""Added to every share, on both sides: a bucket that is empty on one of them has no logarithm."""


def smoothed(shares: Array, buckets: Array) -> Array:
    """The shares of each row of an array with a place for `buckets` of them; the places after those are 1."""
    used = np.arange(shares.shape[1]) < buckets[:, np.newaxis]
    return np.where(used, (shares + SMOOTHING) / (1 + SMOOTHING * buckets[:, np.newaxis]), 1.0)


def indices(counts: Array, expected: Array, buckets: Array) -> Array:
    """Of each feature; `counts` are rows by bucket, `expected` the smoothed shares. Without rows it is 0."""
    rows = counts.sum(axis=1, keepdims=True)
    found = smoothed(counts / np.maximum(rows, 1), buckets)
    index: Array = ((found - expected) * np.log(found / expected)).sum(axis=1)
    return np.where(rows[:, 0] > 0, index, 0.0)
