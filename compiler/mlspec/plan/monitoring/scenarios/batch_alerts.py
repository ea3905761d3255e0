"""A batch -> scenarios in which its alerts fire, and in which they are silent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mlspec.plan.monitoring import batch_alerts as alerts
from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.options import is_enabled
from mlspec.plan.plan import AlertingRule, Labels

from .scenario import Phase, Scenario, Series

_SECONDS = 900
_MINUTES = "29923170"
"""What the CronJob controller adds to a name."""

Sample = tuple[str, Labels, int]


def batch_scenarios(batch: BatchSubject) -> Iterator[Scenario]:
    """In the order of the alerts, of which some may be switched off."""
    return (scenario for scenario in _all(batch) if is_enabled(batch.subject.options, scenario.alert))


def _all(batch: BatchSubject) -> Iterator[Scenario]:
    yield from _failed(batch)
    if batch.silence is not None:
        yield from _missed(batch, batch.silence)


def _failed(batch: BatchSubject) -> Iterator[Scenario]:
    rule = alerts.batch_failed(batch)
    for name, job, condition, fires in (
        ("given up", f"{batch.name}-{_MINUTES}", "true", True),
        ("one of no schedule", f"{batch.name}-0badcafe", "true", True),
        ("still running", f"{batch.name}-{_MINUTES}", "false", False),
        ("a model with a longer name", f"{batch.name}-eu-batch-{_MINUTES}", "true", False),
    ):
        labels = {"namespace": batch.subject.namespace, "job_name": job, "condition": condition, **_exporter()}
        yield _scenario(rule, name, fires, ("kube_job_failed", labels, 1))


def _missed(batch: BatchSubject, silence: int) -> Iterator[Scenario]:
    """Tests begin at the epoch: what lies before is negative."""
    rule = alerts.batch_missed(batch, silence)
    labels = {"namespace": batch.subject.namespace, "cronjob": batch.name, **_exporter()}
    succeeded, created = "kube_cronjob_status_last_successful_time", "kube_cronjob_created"
    long_ago, in_time = -2 * silence, _SECONDS - silence // 2
    yield _scenario(rule, "silent for too long", True, (succeeded, labels, -silence), (created, labels, long_ago))
    yield _scenario(rule, "in time", False, (succeeded, labels, in_time), (created, labels, long_ago))
    yield _scenario(rule, "never a success", True, (created, labels, -silence))
    yield _scenario(rule, "new", False, (created, labels, in_time))


def _scenario(rule: AlertingRule, name: str, fires: bool, *samples: Sample) -> Scenario:
    series = tuple(
        Series(metric, labels, (Phase(2 * _SECONDS, level=Decimal(level)),)) for metric, labels, level in samples
    )
    return Scenario(f"{rule.alert}: {name}", rule.alert, rule.labels["severity"], fires, series, _SECONDS)


def _exporter() -> Labels:
    return {"job": "kube-state-metrics", "instance": "10.0.0.7:8443"}
