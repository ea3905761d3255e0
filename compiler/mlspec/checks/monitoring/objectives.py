"""Checks of `monitoring.slo`: an objective that cannot be told from none is refused, with the bound that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from mlspec.burn_rate import LONGEST_PERIOD, SHORTEST_PERIOD, burn_rates, can_fire, least_objective
from mlspec.checks.registry import check
from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec

EMPTY_SLO = code(
    "MLS301",
    "empty-slo",
    title="an `slo` without an objective",
    reason="It promises nothing, and nobody is ever told that it is broken.",
    remedy="state `availability`, `latency` or both, or remove `slo`",
)
NO_BUDGET = code(
    "MLS302",
    "objective-without-budget",
    title="an objective of 100%",
    reason="There is no error budget to burn: the first failure would page, for as long as a window remembers it.",
    remedy="set an objective below 100%, for instance 99.9%",
)
NEVER_FIRES = code(
    "MLS303",
    "objective-never-fires",
    title="an objective so low that one of its alerts can never fire",
    reason="An alert waits for an error ratio of burn rate × (100% - objective), which no failure can exceed at 100%.",
    remedy="set a higher objective",
)
PERIOD = code(
    "MLS304",
    "slo-period-out-of-range",
    title="an `slo.period` that is too short or too long",
    reason="Alert windows scale with the period: they must hold several scrapes, and fit into what Prometheus keeps.",
    remedy="set a period between 7d and 92d",
)
THRESHOLD = code(
    "MLS305",
    "latency-threshold-out-of-range",
    title="a latency threshold that no request can be measured against",
    reason="A request that is older than `server.timeout` is answered with 504, so that none is ever slower.",
    remedy="set a threshold above 0 and below `server.timeout`",
)


@check(EMPTY_SLO)
def empty_slo(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if slo and slo.availability is None and slo.latency is None:
        yield EMPTY_SLO.error(resolved.at_key("monitoring", "slo"), "`slo` has no objective", label="promises nothing")


@check(NO_BUDGET)
def objective_without_budget(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for path, objective in _objectives(resolved):
        if objective == 1:
            yield NO_BUDGET.error(
                resolved.at(*path), "an objective of 100% leaves no error budget", label="every failure breaks it"
            )


@check(NEVER_FIRES)
def objective_never_fires(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    period = _period(resolved)
    if not SHORTEST_PERIOD <= period <= LONGEST_PERIOD:
        return
    for path, objective in _objectives(resolved):
        if not all(can_fire(rate, objective, period) for rate in burn_rates(period)):
            bound = _percent(least_objective(period))
            yield NEVER_FIRES.error(
                resolved.at(*path),
                f"an alert for an objective of {_percent(objective)} can never fire",
                label=f"must be above {bound}",
                remedy=f"set an objective above {bound}: the fastest burn rate × the error budget stays below 100%",
            )


@check(PERIOD)
def slo_period(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.monitoring.slo is None:
        return
    period = _period(resolved)
    if not SHORTEST_PERIOD <= period <= LONGEST_PERIOD:
        wrong = "too short" if period < SHORTEST_PERIOD else "too long"
        span = resolved.at("monitoring", "slo", "period")
        yield PERIOD.error(span, f"the period of the error budget is {wrong}", label="must be 7d to 92d")


@check(THRESHOLD)
def latency_threshold(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if slo is None or slo.latency is None:
        return
    threshold, span = slo.latency.threshold, resolved.at("monitoring", "slo", "latency", "threshold")
    if threshold <= timedelta(0):
        yield THRESHOLD.error(span, "no request is answered within no time", label="must be above 0")
    elif threshold >= resolved.spec.server.timeout:
        yield THRESHOLD.error(
            span, "no request is slower than this: it is not below `server.timeout`", label="must be below the timeout"
        )


def _period(resolved: ResolvedSpec) -> int:
    """Whole seconds; 0 without an objective."""
    slo = resolved.spec.monitoring.slo
    return slo.period // timedelta(seconds=1) if slo else 0


def _objectives(resolved: ResolvedSpec) -> Iterator[tuple[tuple[str, ...], Decimal]]:
    slo = resolved.spec.monitoring.slo
    if slo and slo.availability is not None:
        yield ("monitoring", "slo", "availability"), slo.availability
    if slo and slo.latency is not None:
        yield ("monitoring", "slo", "latency", "target"), slo.latency.target


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"
