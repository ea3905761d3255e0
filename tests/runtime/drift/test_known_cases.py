"""The index is small where nothing has changed and large where something has, with as few rows as count."""

from __future__ import annotations

import numpy as np
import pytest

from mlspec_runtime.datatypes import Array
from tests.runtime.drift.known import THRESHOLD, Draw, Known, categories, with_missing

SEEDS = 100


def normal(random: np.random.Generator, rows: int) -> Array:
    return random.normal(50, 10, rows)


SAME: dict[str, tuple[Draw, str]] = {
    "numbers": (normal, "FP64"),
    "a long tail": (lambda random, rows: random.lognormal(0, 2, rows), "FP32"),
    "counts": (lambda random, rows: random.poisson(2, rows), "INT64"),
    "rarely true": (lambda random, rows: random.random(rows) < 0.03, "BOOL"),
    "half zero": (lambda random, rows: random.exponential(1, rows) * (random.random(rows) < 0.5), "FP64"),
    "some missing": (with_missing(normal, 0.1), "FP64"),
    "categories": (categories(basic=0.4, pro=0.3, team=0.2, trial=0.08, legacy=0.02), "BYTES"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_distribution_is_below_half_of_the_threshold(name: str) -> None:
    """At the least number of rows, in at least 99 of 100 windows, each with a reference of its own."""
    draw, datatype = SAME[name]
    found = [Known(draw, datatype, seed).index() for seed in range(SEEDS)]
    assert sum(index < THRESHOLD / 2 for index in found) >= 99, sorted(found)[-5:]


DRIFTED: dict[str, tuple[Draw, str, Draw]] = {
    "a mean that has moved": (normal, "FP64", lambda random, rows: random.normal(56, 10, rows)),
    "a spread that has grown": (normal, "FP64", lambda random, rows: random.normal(50, 16, rows)),
    "another unit": (normal, "FP64", lambda random, rows: random.normal(0.05, 0.01, rows)),
    "a new category": (*SAME["categories"], categories(basic=0.36, pro=0.27, team=0.27, student=0.1)),
    "all missing": (normal, "FP64", lambda _, rows: np.full(rows, np.nan)),
    "all texts missing": (*SAME["categories"], lambda _, rows: np.full(rows, None)),
    "another constant": (lambda _, rows: np.full(rows, 5.0), "FP64", lambda _, rows: np.full(rows, 5.1)),
    "infinite": (normal, "FP64", lambda _, rows: np.full(rows, np.inf)),
}


@pytest.mark.parametrize("name", DRIFTED)
def test_a_change_is_above_the_threshold_within_one_window(name: str) -> None:
    draw, datatype, now = DRIFTED[name]
    assert all(Known(draw, datatype, seed).index(now) > THRESHOLD for seed in range(10))


def test_a_value_that_loses_bits_in_a_request_stays_in_its_bucket() -> None:
    prices = (0.1, 0.3, 0.7, 19.99)
    known = Known(lambda random, rows: random.choice(prices, rows), "FP32", 0)
    assert known.index(lambda random, rows: random.choice(prices, rows).astype(np.float32)) < THRESHOLD / 2


def test_the_index_is_that_of_the_formula() -> None:
    known = Known(lambda _, rows: np.arange(rows) % 2, "INT64", 0)
    p, q = np.array([0.5, 0.5, 0]), np.array([0.8, 0.2, 0])
    p, q = (p + 0.001) / 1.003, (q + 0.001) / 1.003
    assert known.index(lambda _, rows: np.arange(rows) % 5 == 0, 1000) == pytest.approx(((q - p) * np.log(q / p)).sum())
