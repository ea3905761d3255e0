"""ResolvedSpec -> the objectives as a canary has to keep them, measured on its own pods alone.

The pods are new, so their counters begin at 0 with the canary: they are exact as they are, without a window over which
a rate would be extrapolated, and without traffic that it would have to wait for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.plan import CanaryMetric
from mlspec_runtime import metric_names as metrics

from .objectives import Objective, objectives_of
from .promql import Matchers, bucket_bound, number, select
from .subject import Subject, subject_of

HASH_ARGUMENT = "canary-hash"


@dataclass(frozen=True)
class _Counts:
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
    mine = _of_canary(subject)
    if objective.threshold is None:
        counted = {**mine, metrics.CODE: f"!{metrics.CODE_CLIENT_GONE}"}
        failed = {**mine, metrics.CODE: "~5.."}
        return _Counts(f"sum({select(metrics.REQUESTS, counted)})", f"sum({select(metrics.REQUESTS, failed)})")
    within = {**mine, "le": bucket_bound(objective.threshold)}
    valid = f"sum({select(f'{metrics.REQUEST_DURATION}_count', mine)})"
    return _Counts(valid, f"({valid} - sum({select(f'{metrics.REQUEST_DURATION}_bucket', within)}))")


def _of_canary(subject: Subject) -> Matchers:
    """Argo Rollouts fills in the hash of the version that is tried, which the names of its pods have."""
    return {**subject.requests, "pod": f"~{subject.service}-{{{{args.{HASH_ARGUMENT}}}}}-[a-z0-9]+"}
