"""ResolvedSpec -> the objectives as a canary has to keep them, measured on its own pods alone.

The pods are new, so their counters begin at 0 with the canary: they are exact as they are, without a window over which
a rate would be extrapolated, and without traffic that it would have to wait for.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.plan import CanaryMetric

from .objectives import Objective, objectives_of
from .promql import Matchers, bucket_bound, number, select
from .subject import Subject, subject_of

HASH_ARGUMENT = "canary-hash"


class _Counts(Struct, frozen=True):
    """Requests of the canary that count, and the bad ones among them."""

    valid: str
    bad: str


def canary_metrics(resolved: ResolvedSpec, startup_budget: int) -> Iterator[CanaryMetric]:
    """One for each objective, none without any; `startup_budget` in seconds."""
    slo = resolved.spec.monitoring.slo
    subject = subject_of(resolved, startup_budget)
    for objective in objectives_of(subject, slo) if slo else ():
        counts = _counts(subject, objective)
        # At the pace of the fastest burn rate the service as a whole would page. A single failure never ends a canary.
        limit = max(rate.factor(objective.period) for rate in objective.burn_rates) * objective.budget
        query = f"{counts.bad}\n/\n{counts.valid}\nand\n{counts.bad} > 1"
        yield CanaryMetric(objective.name, query, number(limit))


def _counts(subject: Subject, objective: Objective) -> _Counts:
    dialect = subject.dialect
    if objective.histogram is None:
        mine = _of_canary(subject, dialect.inference)
        valid = select(dialect.requests, {**mine, **dialect.given_up})
        return _Counts(f"sum({valid})", f"sum({select(dialect.requests, {**mine, **dialect.failed})})")
    mine = _of_canary(subject, dialect.measured)
    within = {**mine, "le": bucket_bound(objective.threshold)}
    valid = f"sum({select(f'{objective.histogram}_count', mine)})"
    return _Counts(valid, f"({valid} - sum({select(f'{objective.histogram}_bucket', within)}))")


def _of_canary(subject: Subject, requests: Matchers) -> Matchers:
    """Argo Rollouts fills in the hash of the version that is tried, which the names of its pods have."""
    pods = f"~{subject.workload.name}-{{{{args.{HASH_ARGUMENT}}}}}-[a-z0-9]+"
    return {**subject.series, **requests, "pod": pods}
