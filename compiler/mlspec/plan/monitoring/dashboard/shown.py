"""ResolvedSpec -> what the panels of its dashboard have in common: queries of requests, and where colours change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.cost import replica_cost
from mlspec.plan.monitoring.batch_alerts import BatchSubject, batch_subject_of
from mlspec.plan.monitoring.objectives import Objective, objectives_of
from mlspec.plan.monitoring.promql import Matchers, number
from mlspec.plan.monitoring.subject import Subject, subject_of
from mlspec.plan.parts.dashboard import RED, YELLOW, Step
from mlspec_runtime import metric_names as metrics

from .panels import above, over, quantile

_USUAL_QUANTILE = Decimal("0.99")
_MANY_ERRORS = ((Decimal("0.01"), YELLOW), (Decimal("0.05"), RED))
"""Where no objective says how many are too many."""


class Shown(Struct, frozen=True):
    """One deployment of one model."""

    resolved: ResolvedSpec
    subject: Subject
    batch: BatchSubject | None
    objectives: tuple[Objective, ...]
    replica_cost: str | None
    """Dollars for an hour of one replica; None where nobody says what its accelerators cost."""

    @property
    def alerts(self) -> Matchers:
        """Of Prometheus's own series of this deployment's alerts: labels that they all have."""
        subject = self.subject
        return {"namespace": subject.namespace, "model": subject.model, "environment": subject.environment}

    @property
    def requests(self) -> Matchers:
        """Those that count: what a client gave up does not."""
        return {**self.subject.requests, **self.subject.dialect.given_up}

    @property
    def timed(self) -> Matchers:
        """Of the histogram of the time that an objective is about."""
        return {**self.subject.series, **self.subject.dialect.measured}

    @property
    def requests_rate(self) -> str:
        return f"sum(rate({over(self.subject.dialect.requests, self.requests)}))"

    @property
    def error_share(self) -> str:
        return self.errors()

    def errors(self, *by: str) -> str:
        """The share of requests that fail. Before the first failure no series counts it, and it is 0."""
        dialect, group = self.subject.dialect, f" by ({', '.join(by)}) " if by else ""
        failed = f"sum{group}(rate({over(dialect.requests, {**self.subject.requests, **dialect.failed})}))"
        valid = f"sum{group}(rate({over(dialect.requests, self.requests)}))"
        return f"({failed} or 0 * {valid})\n/\n{valid}"

    def objective(self, name: str) -> Objective | None:
        """None where nobody has asked for it."""
        return next((each for each in self.objectives if each.name == name), None)

    @property
    def quantile(self) -> Decimal:
        """The share of requests that the objective of latency is about."""
        latency = self.objective("latency")
        return latency.target if latency else _USUAL_QUANTILE

    @property
    def slowest(self) -> str:
        return quantile(self.quantile, self.subject.dialect.duration, self.timed)

    @property
    def latency_title(self) -> str:
        return "Latency" if self.subject.dialect.says_model else "Time to first token"

    @property
    def error_steps(self) -> tuple[Step, ...]:
        """At the pace at which the whole budget would just be used up, and at that at which somebody is woken."""
        objective = self.objective("availability")
        if objective is None:
            return above(*_MANY_ERRORS)
        fastest = max(rate.factor(objective.period) for rate in objective.burn_rates)
        return above((objective.budget, YELLOW), (fastest * objective.budget, RED))

    @property
    def latency_steps(self) -> tuple[Step, ...]:
        return self.time_steps("latency")

    def time_steps(self, name: str) -> tuple[Step, ...]:
        """Where the time of an objective ends, if there is such a one."""
        objective = self.objective(name)
        return above((objective.threshold, RED)) if objective else above()

    @property
    def status(self) -> str:
        """The label by which the server tells answers apart."""
        (label,) = self.subject.dialect.failed
        return label

    @property
    def by_version(self) -> str | None:
        """The label by which it tells versions apart, if it does."""
        return metrics.VERSION if metrics.VERSION in self._labels else None

    @property
    def _labels(self) -> tuple[str, ...]:
        exported: Mapping[str, tuple[str, ...]] = self.subject.dialect.exported
        return exported[self.subject.dialect.requests]


def shown_of(resolved: ResolvedSpec, startup_budget: int) -> Shown:
    """`startup_budget` in seconds; the spec has passed every check."""
    subject = subject_of(resolved, startup_budget)
    slo, cost = resolved.spec.monitoring.slo, replica_cost(resolved)
    return Shown(
        resolved=resolved,
        subject=subject,
        batch=batch_subject_of(resolved, startup_budget),
        objectives=tuple(objectives_of(subject, slo)) if slo and resolved.spec.serves else (),
        replica_cost=None if cost is None else number(cost),
    )
