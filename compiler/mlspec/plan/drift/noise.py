"""How far from zero the index of two samples of one distribution lies -> the rows that tell drift from chance.

Over the buckets that have rows, PSI / (1/n + 1/m) of n and m rows is about chi-squared with one degree of freedom less
than there are buckets. Source: B. Yurdakul and J. Naranjo, "Statistical properties of the population stability index",
Journal of Risk Model Validation, 2020.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_DEVIATIONS = 3.719
"""Of the normal distribution: one window in ten thousand has more."""
_MOST = 10
"""How many times the rows of an endless reference a window may need, before the reference is too short."""


_EXPECTED = 10
"""Rows that a window needs in every bucket for the distribution to hold; half as many is the usual rule."""
_TRIFLING = 0.01
"""A share that is smaller adds next to nothing to the index, full or empty."""


def least_rows(shares: Sequence[float], threshold: float) -> int:
    """Rows that a reference needs; `shares` are those of a feature's buckets."""
    return math.ceil(1 / (_room(shares, threshold) * (1 - 1 / _MOST)))


def least_samples(shares: Sequence[float], rows: int, threshold: float) -> int:
    """Rows that a window needs so that chance stays below half of the threshold in 9999 of 10000 windows.

    `rows` are those of the reference; ValueError where no window would do, because they are too few.
    """
    left = _room(shares, threshold) - 1 / rows
    if left <= 0:
        raise ValueError(f"{rows} rows are too few")
    smallest = min(share for share in shares if share >= _TRIFLING)
    return max(math.ceil(1 / left), math.ceil(_EXPECTED / smallest))


def _room(shares: Sequence[float], threshold: float) -> float:
    """What 1/n + 1/m may be at most."""
    occupied = sum(1 for share in shares if share)
    return threshold / 2 / _chi_squared(max(1, occupied - 1))


def _chi_squared(freedom: int) -> float:
    """Its quantile, by E. B. Wilson and M. M. Hilferty, "The distribution of chi-square", PNAS 17 (12), 1931."""
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + _DEVIATIONS * math.sqrt(spread)) ** 3
