"""A subject whose server watches for drift -> scenarios in which its alert fires, and in which it is silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from mlspec.plan.monitoring.drift_alert import DriftWatch, feature_drift
from mlspec.plan.monitoring.subject import Subject
from mlspec.spec.scalars import parse_duration
from mlspec_runtime import metric_names as metrics

from .scenario import Phase, Scenario, Series

_BEFORE = 600
Replica = tuple[Decimal, int]
"""The index of a feature there, and the rows in the window."""


def drift_scenarios(subject: Subject, watch: DriftWatch) -> Iterator[Scenario]:
    """Just over the threshold and just under it, with rows enough and with too few, at one replica and at several."""
    rule, enough = feature_drift(subject, watch), watch.samples
    over, under = watch.threshold * Decimal("1.01"), watch.threshold * Decimal("0.99")
    cases: tuple[tuple[str, bool, tuple[Replica, ...]], ...] = (
        ("just over", True, ((over, enough),)),
        ("just under", False, ((under, enough),)),
        ("too few rows", False, ((over, enough - 1),)),
        ("two replicas", True, ((over, enough), (over, 3 * enough))),
        ("most rows are as they were", False, ((2 * under, enough), (under / 2, 3 * enough))),
        ("a replica that is new", True, ((over, enough), (Decimal(0), enough - 1))),
    )
    for name, fires, replicas in cases:
        hold = parse_duration(rule.for_) // timedelta(seconds=1)
        seconds = -(-(_BEFORE + hold) // 60) * 60
        series = tuple(
            one for number, replica in enumerate(replicas) for one in _of_replica(subject, number, replica, 2 * seconds)
        )
        yield Scenario(f"{rule.alert}: {name}", rule.alert, rule.labels["severity"], fires, series, seconds)


def _of_replica(subject: Subject, number: int, replica: Replica, seconds: int) -> Iterator[Series]:
    index, rows = replica
    labels = {
        "namespace": subject.namespace,
        "job": subject.service,
        "pod": f"{subject.workload.name}-{number}",
        metrics.MODEL: subject.model,
        metrics.VERSION: "1.0.0",
        metrics.FEATURE: "age",
    }
    yield Series(metrics.DRIFT_SCORE, labels, (Phase(seconds, level=index),))
    yield Series(metrics.DRIFT_SAMPLES, labels, (Phase(seconds, level=Decimal(rows)),))
