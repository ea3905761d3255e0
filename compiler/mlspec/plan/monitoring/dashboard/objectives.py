"""Objectives -> how much of each error budget is left, and how fast it burns, from what the rules record."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from mlspec.plan.monitoring.objectives import Objective
from mlspec.plan.monitoring.promql import number, select, span
from mlspec.plan.parts.dashboard import GREEN, RED, YELLOW, Panel, Query, Section, Step

from .panels import above, stat
from .shown import Shown

_SECTION = 10
_LINES = {"availability": (11, "Availability"), "latency": (15, "Latency"), "output-token": (61, "Time per token")}
"""Each one's name, and the number of the first of its four panels."""


def objectives(shown: Shown) -> Section:
    """A line for each objective."""
    panels = (panel for objective in shown.objectives for panel in _line(shown, objective))
    return Section(_SECTION, "Objectives", tuple(panels))


def _line(shown: Shown, objective: Objective) -> tuple[Panel, ...]:
    first, what = _LINES[objective.name]
    share, period = f"{number(objective.target * 100)}%", span(objective.period)
    aim = f"The objective: {share} of the requests over {period} do not {objective.fault}."
    bad = select(objective.indicator.ratio(objective.period), shown.subject.series)
    left = f"1 - {bad} / {number(objective.budget)}"
    kept = (Step(None, RED), Step(objective.target, GREEN))
    in_budget = (Step(None, RED), Step(Decimal(0), YELLOW), Step(Decimal("0.25"), GREEN))
    reached = stat(first, f"{what} over {period}", aim, "percentunit", Query(f"1 - {bad}", objective.name))
    budget = stat(
        first + 1,
        f"{what}: budget left",
        f"{aim} Of the requests that may, this share is left; below zero the objective is missed.",
        "percentunit",
        Query(left, "left"),
    )
    return (
        replace(reached, height=8, steps=kept, decimals=3),
        replace(budget, height=8, steps=in_budget, decimals=1),
        _course(first + 2, what, left, in_budget),
        _burning(shown, objective, first + 3, what),
    )


def _course(panel: int, what: str, left: str, steps: tuple[Step, ...]) -> Panel:
    return Panel(
        panel,
        f"{what}: budget left, over time",
        "It falls while requests fail, and comes back as the bad days leave the period.",
        "percentunit",
        (Query(left, "left"),),
        steps=steps,
        most=Decimal(1),
    )


def _burning(shown: Shown, objective: Objective, panel: int, what: str) -> Panel:
    """Over the long windows of the alerts."""
    longest = {rate.long: rate for rate in objective.burn_rates}
    queries = (
        Query(
            f"{select(objective.indicator.ratio(window), shown.subject.series)} / {number(objective.budget)}",
            f"over {span(window)}",
        )
        for window in sorted(longest)
    )
    fastest = max(rate.factor(objective.period) for rate in objective.burn_rates)
    return Panel(
        panel,
        f"{what}: burn rate",
        "At 1 the budget is used up just at the end of its period; at the red line somebody is woken.",
        "none",
        tuple(queries),
        steps=above((Decimal(1), YELLOW), (fastest, RED)),
        least=Decimal(0),
    )
