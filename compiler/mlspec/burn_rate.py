"""The period of an error budget -> the burn rates at which somebody is told, over two windows each.

Source: "Alerting on SLOs", section 6 (multiwindow, multi-burn-rate alerts), in Google's SRE Workbook.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_USUAL_PERIOD = 30 * _DAY
_WINDOWS = (
    *(minutes * _MINUTE for minutes in (2, 3, 5, 10, 15, 20, 30, 45)),
    *(hours * _HOUR for hours in (1, 2, 3, 4, 6, 8, 12, 18)),
    90 * _MINUTE,
    *(hours * _HOUR for hours in (24, 36, 48, 72, 96, 144, 216)),
)
"""Seconds. The windows that people use; the shortest holds four scrapes, as `rate` wants."""
_SIX_DIGITS = Context(prec=6, rounding=ROUND_HALF_EVEN)


class BurnRate(Struct, frozen=True):
    """Whoever burns `budget` of a period's error budget within `long` is told, if it still burns over `short`."""

    severity: Literal["page", "ticket"]
    budget: Decimal
    long: int
    short: int
    """Windows in seconds."""

    def factor(self, period: int) -> Decimal:
        """How many times faster than it may the budget burns; six digits. `period` in seconds."""
        return _SIX_DIGITS.divide(self.budget * period, Decimal(self.long)).normalize()


_TABLE = (
    BurnRate("page", Decimal("0.02"), _HOUR, 5 * _MINUTE),
    BurnRate("page", Decimal("0.05"), 6 * _HOUR, 30 * _MINUTE),
    BurnRate("ticket", Decimal("0.10"), _DAY, 2 * _HOUR),
    BurnRate("ticket", Decimal("0.10"), 3 * _DAY, 6 * _HOUR),
)


# Exact fractions are slow, and a thousand models have the same few periods.
@lru_cache(64)
def burn_rates(period: int) -> tuple[BurnRate, ...]:
    """The table for a period in seconds: a month has the workbook's windows, others have theirs in proportion."""
    scale = Fraction(period, _USUAL_PERIOD)
    return tuple(replace(rate, long=_nearest(rate.long * scale), short=_nearest(rate.short * scale)) for rate in _TABLE)


def _nearest(seconds: Fraction) -> int:
    return min(_WINDOWS, key=lambda window: max(window / seconds, seconds / window))


def can_fire(rate: BurnRate, objective: Decimal, period: int) -> bool:
    """Whether the error ratio that it waits for is one that can be: below 1. `objective` is a share."""
    return rate.factor(period) * (1 - objective) < 1


def least_objective(period: int) -> Decimal:
    """The share that an objective must exceed so that every burn rate can fire, rounded up to 0.01 percent."""
    fastest = max(rate.factor(period) for rate in burn_rates(period))
    return (1 - 1 / fastest).quantize(Decimal("0.0001"), rounding="ROUND_CEILING")


def requests_needed(rate: BurnRate, objective: Decimal, period: int) -> int:
    """Requests in the long window below which a single failure would be enough."""
    return math.ceil(1 / (rate.factor(period) * (1 - objective)))
