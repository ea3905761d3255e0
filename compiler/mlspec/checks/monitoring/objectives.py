"""Checks of `monitoring.slo`: an objective that cannot be told from none is refused, with the bound that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mlspec.burn_rate import burn_rates, can_fire, least_objective
from mlspec.checks.registry import check
from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.quantities import duration, seconds

EMPTY_SLO = code(
    "MLS301",
    "empty-slo",
    title="an `slo` without an objective",
    reason="It promises nothing, and nobody is ever told that it is broken.",
    remedy="state `availability`, `latency` or both, or remove `slo`",
)
NEVER_FIRES = code(
    "MLS302",
    "objective-never-fires",
    title="an objective so low that one of its alerts can never fire",
    reason="An alert waits for an error ratio of burn rate × (100% - objective), which no failure can exceed at 100%.",
    remedy="set a higher objective",
)
THRESHOLD = code(
    "MLS303",
    "latency-threshold-beyond-timeout",
    title="a latency threshold that no request can exceed",
    reason="A request that is older than `server.timeout` is answered with 504, so that none is ever slower.",
    remedy="set a threshold below `server.timeout`, or a longer timeout",
)


@check(EMPTY_SLO)
def empty_slo(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if slo and slo.availability is None and slo.latency is None:
        yield EMPTY_SLO.error(resolved.at_key("monitoring", "slo"), "`slo` has no objective", label="promises nothing")


@check(NEVER_FIRES)
def objective_never_fires(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    period = seconds(slo.period) if slo else 0
    for path, objective in _objectives(resolved):
        if not all(can_fire(rate, objective, period) for rate in burn_rates(period)):
            bound = _percent(least_objective(period))
            yield NEVER_FIRES.error(
                resolved.at(*path),
                f"an alert for an objective of {_percent(objective)} can never fire",
                label=f"must be above {bound}",
                remedy=f"set an objective above {bound}: the fastest burn rate × the error budget stays below 100%",
            )


@check(THRESHOLD)
def latency_threshold(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if slo is None or slo.latency is None:
        return
    if slo.latency.threshold >= resolved.spec.server.timeout:
        span = resolved.at("monitoring", "slo", "latency", "threshold")
        message = "no request is slower than this: it is not below `server.timeout`"
        yield THRESHOLD.error(span, message, label=f"the timeout is {duration(resolved.spec.server.timeout)}")


def _objectives(resolved: ResolvedSpec) -> Iterator[tuple[tuple[str, ...], Decimal]]:
    slo = resolved.spec.monitoring.slo
    if slo and slo.availability is not None:
        yield ("monitoring", "slo", "availability"), slo.availability
    if slo and slo.latency is not None:
        yield ("monitoring", "slo", "latency", "target"), slo.latency.target


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"
