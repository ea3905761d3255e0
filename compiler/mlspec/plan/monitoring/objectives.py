"""Objectives of a subject -> recording rules of their indicators, and an alert for each severity of burn rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from mlspec.burn_rate import BurnRate, burn_rates, requests_needed
from mlspec.plan.plan import AlertingRule, RecordingRule, RuleGroup
from mlspec.plan.quantities import duration, seconds
from mlspec.spec.monitoring import Latency, Slo

from .indicators import Indicator, availability, latency, time_per_output_token
from .options import is_told
from .promql import indent, number, select, span
from .subject import Subject

INTERVAL = 30
"""Seconds between two scrapes, and between two evaluations of what is recorded from them."""
_PERIOD_INTERVAL = 300
"""What a whole period adds up to changes slowly, and costs most to read."""


class Objective(Struct, frozen=True):
    """A share of requests, `target`, that must not be bad over a `period` of seconds."""

    name: Literal["availability", "latency", "output-token"]
    alert: str
    fault: str
    """What a bad request does: the end of a sentence."""
    target: Decimal
    period: int
    burn_rates: tuple[BurnRate, ...]
    indicator: Indicator
    histogram: str | None = None
    """Of the times; None where failures are counted."""
    threshold: Decimal = Decimal(0)
    """Of a time, in seconds."""

    @property
    def budget(self) -> Decimal:
        """The share of requests that may be bad."""
        return 1 - self.target


def plan_objectives(subject: Subject, slo: Slo) -> list[RuleGroup]:
    """A group for each objective, and one for what they add up to over the period."""
    objectives = list(objectives_of(subject, slo))
    burning = [rule_group(subject, objective) for objective in objectives]
    totals = tuple(_record_ratio(subject, objective.indicator, objective.period) for objective in objectives)
    return [*burning, RuleGroup(f"{subject.model}-period", span(_PERIOD_INTERVAL), totals)]


def objectives_of(subject: Subject, slo: Slo) -> Iterator[Objective]:
    """What the user asked for, each with its indicator and its burn rates."""
    period = seconds(slo.period)
    rates = burn_rates(period)
    shortest = min(rate.short for rate in rates)
    if slo.availability is not None:
        indicator = availability(subject, shortest)
        yield Objective("availability", "MlspecErrorBudgetBurn", "fail", slo.availability, period, rates, indicator)
    if slo.latency is not None:
        threshold, histogram = _seconds(slo.latency), subject.dialect.duration
        indicator, target = latency(subject, threshold, shortest), slo.latency.target
        fault = f"{subject.dialect.slow} {duration(slo.latency.threshold)}"
        alert = "MlspecLatencyBudgetBurn"
        yield Objective("latency", alert, fault, target, period, rates, indicator, histogram, threshold)
    if slo.time_per_output_token is not None and subject.dialect.per_token:
        asked, histogram = slo.time_per_output_token, subject.dialect.per_token
        threshold = _seconds(asked)
        indicator = time_per_output_token(subject, histogram, threshold, shortest)
        fault = f"get their tokens more slowly than {duration(asked.threshold)} each"
        alert = "MlspecTokenBudgetBurn"
        yield Objective("output-token", alert, fault, asked.target, period, rates, indicator, histogram, threshold)


def _seconds(asked: Latency) -> Decimal:
    return Decimal(asked.threshold // timedelta(milliseconds=1)) / 1000


def rule_group(subject: Subject, objective: Objective) -> RuleGroup:
    """Recording rules first: within a group, a rule sees what those above it have just recorded."""
    indicator, rates = objective.indicator, objective.burn_rates
    windows = sorted({window for rate in rates for window in (rate.short, rate.long)})
    records = [
        RecordingRule(indicator.valid_rate, indicator.valid_expr),
        RecordingRule(indicator.bad_rate, indicator.bad_expr),
        *(_record_ratio(subject, indicator, window) for window in windows),
        *(_record_count(subject, indicator, rate.long) for rate in rates),
    ]
    alerts = [
        _alert(subject, objective, severity, [rate for rate in rates if rate.severity == severity])
        for severity in dict.fromkeys(rate.severity for rate in rates)
        if is_told(subject.options, objective.alert, severity)
    ]
    return RuleGroup(f"{subject.model}-{objective.name}", span(INTERVAL), (*records, *alerts))


def _record_ratio(subject: Subject, indicator: Indicator, window: int) -> RecordingRule:
    """Both sides are added up before they are divided, over a long window from what the shortest one recorded: as right
    as over the server's counters, which would be read again for days back at every evaluation."""
    sides = [select(name, subject.series) for name in (indicator.bad_rate, indicator.valid_rate)]
    if window != indicator.window:
        sides = [f"sum_over_time({side}[{span(window)}])" for side in sides]
    return RecordingRule(indicator.ratio(window), "\n/\n".join(sides))


def _record_count(subject: Subject, indicator: Indicator, window: int) -> RecordingRule:
    rates = select(indicator.valid_rate, subject.series, window)
    return RecordingRule(indicator.count(window), f"sum_over_time({rates}) * {INTERVAL}")


def _alert(subject: Subject, objective: Objective, severity: str, rates: Sequence[BurnRate]) -> AlertingRule:
    """One alert for all burn rates of a severity: nobody is told twice of the same."""
    conditions = (f"(\n{indent(_burning(subject, objective, rate))}\n)" for rate in rates)
    share, budget = f"{number(objective.target * 100)}%", f"{number(objective.budget * 100)}%"
    paces = " or ".join(
        f"{number(rate.factor(objective.period))} times its pace over both {span(rate.short)} and {span(rate.long)}"
        for rate in rates
    )
    return AlertingRule(
        alert=objective.alert,
        expr="\nor\n".join(conditions),
        for_="0s",  # the short window already waits, and lets go as soon as it is over
        labels={**subject.labels(severity), "slo": objective.name},
        annotations={
            "summary": f"{{{{ $value | humanizePercentage }}}} of the requests to {subject.name} {objective.fault}.",
            "description": f"The objective is that {share} of the requests over {span(objective.period)} do not. "
            f"The error budget of {budget} burns at more than {paces}.",
        },
    )


def _burning(subject: Subject, objective: Objective, rate: BurnRate) -> str:
    indicator = objective.indicator
    threshold = f"{number(rate.factor(objective.period))} * {number(objective.budget)}"
    needed = requests_needed(rate, objective.target, objective.period)
    return "\nand\n".join(
        [
            f"{select(indicator.ratio(rate.short), subject.series)} > {threshold}",
            f"{select(indicator.ratio(rate.long), subject.series)} > {threshold}",
            f"{select(indicator.count(rate.long), subject.series)} >= {needed}",
        ]
    )
