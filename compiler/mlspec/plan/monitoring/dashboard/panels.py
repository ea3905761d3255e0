"""Metrics and matchers -> the panels and queries that the sections of a dashboard are made of."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from mlspec.plan.monitoring.promql import Matchers, number, select
from mlspec.plan.parts.dashboard import GREEN, Panel, Query, Step

RATE_WINDOW = "$__rate_interval"
"""Grafana's own, at least four scrapes and at least the time that a pixel stands for."""


def stat(number: int, title: str, description: str, unit: str, *queries: Query) -> Panel:
    """The last value of each query, a sixth of the width."""
    return Panel(number, title, description, unit, queries, kind="stat", width=4, height=4)


def above(*steps: tuple[Decimal, str]) -> tuple[Step, ...]:
    """Green, and from each value on the colour that goes with it."""
    return (Step(None, GREEN), *(Step(value, color) for value, color in steps))


def over(metric: str, matchers: Matchers) -> str:
    """The series over the window that a rate is taken over."""
    return f"{select(metric, matchers)}[{RATE_WINDOW}]"


def quantile(share: Decimal, metric: str, matchers: Matchers, *by: str) -> str:
    """The time within which a share of what a histogram counted was done, over all replicas."""
    buckets = f"sum by ({', '.join(('le', *by))}) (rate({over(f'{metric}_bucket', matchers)}))"
    return f"histogram_quantile({number(share)}, {buckets})"


def percentiles(shares: Iterable[Decimal], metric: str, matchers: Matchers) -> tuple[Query, ...]:
    """`p50`, `p99` and so on."""
    return tuple(Query(quantile(share, metric, matchers), f"p{number(share * 100)}") for share in shares)
