"""Bounds of buckets: about ten with as many rows each, equal values together, and no row's own value among them."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.plan.drift.quantiles import bounds_of


def _rows(numbers: list[float]) -> list[int]:
    bounds = bounds_of(numbers)
    counts = Counter(bisect_left(bounds, number) for number in numbers)
    return [counts[place] for place in range(len(bounds) + 1)]


@pytest.mark.parametrize(
    ("numbers", "bounds"),
    [
        ([0.0] * 50 + [1.0] * 50, (0.5,)),
        ([float(place % 4) for place in range(100)], (0.5, 1.5, 2.5)),
        ([5.0] * 100, (4.998, 5.002)),
        ([0.0] * 100, (-0.0005, 0.0005)),
        ([0.0] * 999 + [7.0], (-0.0005, 4.0)),
        ([1e300] * 50 + [-1e300] * 50, (0.0,)),
        ([], ()),
    ],
    ids=["two values", "four values", "one value", "only zero", "nearly only zero", "huge", "none"],
)
def test_of_few_values(numbers: list[float], bounds: tuple[float, ...]) -> None:
    assert bounds_of(numbers) == pytest.approx(bounds)


def test_a_tenth_of_the_rows_is_in_each() -> None:
    numbers = np.random.default_rng(0).lognormal(sigma=2, size=5000).tolist()
    assert len(_rows(numbers)) == 10
    assert all(abs(rows - 500) < 25 for rows in _rows(numbers))


def test_a_bound_is_written_with_few_digits_and_is_nobodys_value() -> None:
    numbers = np.random.default_rng(0).normal(50, 10, size=5000).tolist()
    bounds = bounds_of(numbers)
    assert not set(bounds) & set(numbers)
    assert all(len(f"{bound:g}") <= 5 for bound in bounds), bounds


def test_a_value_that_half_of_the_rows_have_is_not_spread() -> None:
    numbers = [0.0] * 500 + np.random.default_rng(0).exponential(size=500).tolist()
    assert _rows(numbers)[0] == 500


@settings(max_examples=60)
@given(st.lists(st.floats(-1e300, 1e300) | st.sampled_from([0.1, 0.3, 5.0]), min_size=1, max_size=60))
def test_bounds_grow_and_no_bucket_between_them_is_for_a_few(numbers: list[float]) -> None:
    bounds = bounds_of(numbers)
    assert all(low < high for low, high in itertools.pairwise(bounds))
    assert len(bounds) <= 9
    assert sum(_rows(numbers)) == len(numbers)
