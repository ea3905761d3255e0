"""An objective -> scenarios over and under each of its burn rates, on one window only, and with little traffic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from mlspec.burn_rate import BurnRate, requests_needed
from mlspec.plan.monitoring.objectives import INTERVAL, Objective
from mlspec.plan.monitoring.options import is_told
from mlspec.plan.monitoring.subject import Subject
from mlspec.plan.plan import Labels
from mlspec_runtime import metric_names as metrics

from .examples import example_of
from .scenario import SCRAPE_INTERVAL, Phase, Scenario, Series

_REQUESTS = Decimal(100_000)
"""A scrape; enough that no guard against little traffic has a say."""
_BEFORE = 1000
"""Traffic before a scenario proper is heavier by this, so that the other burn rate of a severity stays silent."""
_INTERVALS = (1800, 300, 60, INTERVAL)
_EVALUATIONS = 48
"""As many in the long window are enough to tell a ratio by, and many more take minutes to test."""

Stretch = tuple[int, Decimal, Decimal]
"""Seconds, requests a scrape, and the share of them that is bad."""


def objective_scenarios(subject: Subject, objective: Objective) -> Iterator[Scenario]:
    """Every burn rate by itself, then each severity as a whole."""
    severities = dict.fromkeys(rate.severity for rate in objective.burn_rates)
    for severity in (each for each in severities if is_told(subject.options, objective.alert, each)):
        rates = [rate for rate in objective.burn_rates if rate.severity == severity]
        for rate in rates:
            yield from _burning(subject, objective, rate)
        yield from _little_traffic(subject, objective, rates)


def _burning(subject: Subject, objective: Objective, rate: BurnRate) -> Iterator[Scenario]:
    limit = rate.factor(objective.period) * objective.budget
    base = objective.indicator.window
    over, well_over, under = _above(limit, "1.01"), _above(limit, "1.5"), limit * Decimal("0.99")
    before = (_up(base, rate), _REQUESTS * _BEFORE, Decimal(0))

    def scenario(name: str, fires: bool, *bad: Stretch) -> Scenario:
        full = f"{objective.name}: {name} over {rate.severity} {rate.factor(objective.period):f}"
        return _scenario(subject, objective, rate, full, fires, [before, *bad])

    whole = _up(rate.long + base, rate)
    yield scenario("just over", True, (whole, _REQUESTS, over))
    yield scenario("just under", False, (whole, _REQUESTS, under))
    yield scenario("short window only", False, (rate.long, _REQUESTS, Decimal(0)), (rate.short, _REQUESTS, well_over))
    recovered = _up(rate.short + base, rate)
    if well_over * (rate.long - recovered) > limit * rate.long:
        bad = (rate.long - recovered, _REQUESTS, well_over)
        yield scenario(
            "long window only", False, (_up(base, rate), _REQUESTS, well_over), bad, (recovered, _REQUESTS, Decimal(0))
        )


def _little_traffic(subject: Subject, objective: Objective, rates: Sequence[BurnRate]) -> Iterator[Scenario]:
    """Every request is bad; nobody is told before there are enough of them."""
    rate = min(rates, key=lambda other: other.long)
    needed = Decimal(requests_needed(rate, objective.target, objective.period))
    interval = _interval(rate)
    # What is evaluated more seldom records as much less.
    a_scrape = needed * SCRAPE_INTERVAL / rate.long * interval / INTERVAL
    for name, fires, share in (("enough traffic", True, "1.1"), ("little traffic", False, "0.9")):
        stretch = (_up(rate.long + objective.indicator.window, rate), a_scrape * Decimal(share), Decimal(1))
        yield _scenario(subject, objective, rate, f"{objective.name}: {name} for a {rate.severity}", fires, [stretch])
    silence = (rate.long, Decimal(0), Decimal(0))
    yield _scenario(subject, objective, rate, f"{objective.name}: no traffic for a {rate.severity}", False, [silence])


def _scenario(
    subject: Subject, objective: Objective, rate: BurnRate, name: str, fires: bool, stretches: Sequence[Stretch]
) -> Scenario:
    histogram, lasting = objective.histogram, [*stretches, stretches[-1]]
    times = (histogram, objective.threshold) if histogram else None
    series = _latencies(subject, lasting, *times) if times else _failures(subject, lasting)
    seconds = sum(stretch[0] for stretch in stretches)
    return Scenario(name, objective.alert, rate.severity, fires, tuple(series), seconds, _interval(rate))


def _interval(rate: BurnRate) -> int:
    return next((interval for interval in _INTERVALS if rate.long >= interval * _EVALUATIONS), INTERVAL)


def _above(limit: Decimal, times: str) -> Decimal:
    """A share above `limit`, and never above all requests."""
    return min(limit * Decimal(times), (1 + limit) / 2)


def _up(seconds: int, rate: BurnRate) -> int:
    """Up to the next evaluation."""
    return -(-seconds // _interval(rate)) * _interval(rate)


def _failures(subject: Subject, stretches: Sequence[Stretch]) -> Iterator[Series]:
    """Answers and failures, and what must not count: probes, and requests that their clients gave up."""
    example, name = example_of(subject.dialect), subject.dialect.requests
    labels = {**_target(subject), **example.request}
    for outcome, part in ((example.answered, "good"), (example.failed, "bad"), (example.given_up, "all")):
        if outcome:
            yield Series(name, {**labels, **outcome}, _phases(stretches, part))
    yield Series(name, {**labels, **example.probe}, _phases(stretches, "all"))


def _latencies(subject: Subject, stretches: Sequence[Stretch], name: str, threshold: Decimal) -> Iterator[Series]:
    """The count, the bucket of the threshold, and a replica from before there was that bucket."""
    example = example_of(subject.dialect)
    labels = {**_target(subject), **example.timed}
    bound = {"le": str(float(threshold))}
    yield Series(f"{name}_count", labels, _phases(stretches, "all"))
    yield Series(f"{name}_bucket", {**labels, **bound}, _phases(stretches, "good"))
    yield Series(f"{name}_count", {**labels, **example.older}, _phases(stretches, "all"))


def _phases(stretches: Sequence[Stretch], part: str) -> tuple[Phase, ...]:
    def share(bad: Decimal) -> Decimal:
        return {"good": 1 - bad, "bad": bad, "all": Decimal(1)}[part]

    return tuple(Phase(seconds, requests * share(bad)) for seconds, requests, bad in stretches)


def _target(subject: Subject) -> Labels:
    """The labels that a scrape adds, and the model."""
    pod = f"{subject.service}-7d9f8c6b5-x2x4z"
    return {"namespace": subject.namespace, "job": subject.service, "pod": pod, metrics.MODEL: subject.model}
