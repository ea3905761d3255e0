"""Factors and windows follow from the period; what they demand of an objective is exact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.burn_rate import burn_rates, can_fire, least_objective, requests_needed

HOUR, DAY = 3_600, 86_400
MONTH = [(HOUR, 300), (6 * HOUR, 1800), (DAY, 2 * HOUR), (3 * DAY, 6 * HOUR)]
PERIODS = st.integers(7 * DAY, 92 * DAY)


@pytest.mark.parametrize(
    ("days", "windows", "factors"),
    [
        (30, MONTH, "14.4 6 3 1"),
        (28, MONTH, "13.44 5.6 2.8 0.933333"),
        (31, MONTH, "14.88 6.2 3.1 1.03333"),
        (7, [(900, 120), (5400, 300), (6 * HOUR, 1800), (18 * HOUR, 5400)], "13.44 5.6 2.8 0.933333"),
        (90, [(3 * HOUR, 900), (18 * HOUR, 5400), (3 * DAY, 6 * HOUR), (9 * DAY, 18 * HOUR)], "14.4 6 3 1"),
    ],
)
def test_the_table_of_a_period(days: int, windows: list[tuple[int, int]], factors: str) -> None:
    rates = burn_rates(days * DAY)
    assert [(rate.long, rate.short) for rate in rates] == windows
    assert " ".join(f"{rate.factor(days * DAY):f}" for rate in rates) == factors
    assert [rate.severity for rate in rates] == ["page", "page", "ticket", "ticket"]


def test_the_bound_of_an_objective() -> None:
    assert least_objective(30 * DAY) == Decimal("0.9306")


@given(PERIODS)
def test_an_objective_above_the_bound_can_be_broken_and_none_below_it(period: int) -> None:
    bound = least_objective(period)
    assert all(can_fire(rate, bound + Decimal("0.000001"), period) for rate in burn_rates(period))
    assert not all(can_fire(rate, bound - Decimal("0.0001"), period) for rate in burn_rates(period))


@given(PERIODS)
def test_windows_grow_with_the_period_and_each_other(period: int) -> None:
    rates = burn_rates(period)
    assert all(3 * rate.short <= rate.long <= 20 * rate.short for rate in rates)
    assert [rate.long for rate in rates] == sorted({rate.long for rate in rates})
    assert all(rate.short % 30 == 0 and rate.short >= 120 for rate in rates)
    assert all(rate.long <= period / 6 for rate in rates)


@given(PERIODS, st.integers(9_500, 9_999_999))
def test_one_failure_is_never_enough(period: int, share: int) -> None:
    objective = Decimal(share) / 10 ** len(str(share))
    for rate in burn_rates(period):
        needed = requests_needed(rate, objective, period)
        limit = rate.factor(period) * (1 - objective)
        assert Decimal(1) / needed <= limit
        assert needed == 1 or Decimal(1) / (needed - 1) > limit
