"""Subject and objectives -> the scenarios by which every rule is tested: when it fires, and when it is silent."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.plan.monitoring.objectives import objectives_of
from mlspec.plan.monitoring.subject import Subject
from mlspec.spec.monitoring import Slo

from .default_alerts import default_scenarios
from .objectives import objective_scenarios
from .scenario import Scenario, promtool_files

__all__ = ["Scenario", "promtool_files", "scenarios"]


def scenarios(subject: Subject, slo: Slo | None) -> Iterator[Scenario]:
    """For every objective, and for the alerts that every deployment gets."""
    for objective in objectives_of(subject, slo) if slo else ():
        yield from objective_scenarios(subject, objective)
    yield from default_scenarios(subject)
