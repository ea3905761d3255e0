"""Subject and objectives -> the scenarios by which every rule is tested: when it fires, and when it is silent."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.objectives import objectives_of
from mlspec.plan.monitoring.subject import Subject
from mlspec.spec.monitoring import Slo

from .batch_alerts import batch_scenarios
from .default_alerts import default_scenarios
from .drift import drift_scenarios
from .objectives import objective_scenarios
from .scenario import Scenario, promtool_files

__all__ = ["Scenario", "promtool_files", "scenarios"]


def scenarios(subject: Subject, slo: Slo | None, batch: BatchSubject | None = None) -> Iterator[Scenario]:
    """For every objective, for the alerts that every deployment gets, and for those of drift and of its batches."""
    for objective in objectives_of(subject, slo) if slo else ():
        yield from objective_scenarios(subject, objective)
    yield from default_scenarios(subject)
    if subject.drift is not None and subject.options.feature_drift.enabled:
        yield from drift_scenarios(subject, subject.drift)
    if batch is not None:
        yield from batch_scenarios(batch)
