"""Subject -> scenarios in which its answers turn out wrong too often, and in which they do not, or nobody can say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from mlspec.plan.monitoring.accuracy import accuracy_low, bound
from mlspec.plan.monitoring.subject import Subject
from mlspec.plan.plan import AlertingRule, Labels
from mlspec.spec.monitoring import Accuracy
from mlspec.spec.scalars import parse_duration
from mlspec_runtime import metric_names as metrics

from .scenario import SCRAPE_INTERVAL, Phase, Scenario, Series

_BEFORE = 600
_COARSE, _HOUR = 300, 3_600
_SERVED = "1.0.0"

Replica = tuple[str, Decimal, Decimal, Decimal]
"""Version, value, weight and samples."""
Level = tuple[str, Labels, Decimal]


def accuracy_scenarios(subject: Subject, accuracy: Accuracy) -> Iterator[Scenario]:
    """Around the bound, with as many labels as are needed and with fewer, and of several replicas."""
    rule, limit, enough = accuracy_low(subject, accuracy), Decimal(bound(accuracy)), Decimal(accuracy.min_samples)
    step = limit / 100 if accuracy.metric == "mae" else -limit / 100
    worse, better = limit + step, limit - step
    wait = parse_duration(rule.for_) // timedelta(seconds=1)
    seconds = -(-(_BEFORE + wait) // _COARSE) * _COARSE
    half = Decimal(-(-accuracy.min_samples // 2))

    def scenario(name: str, fires: bool, *replicas: Replica) -> Scenario:
        levels = [each for replica in enumerate(replicas) for each in _replica(subject, accuracy, *replica)]
        series = [Series(metric, labels, (Phase(2 * seconds, level=level),)) for metric, labels, level in levels]
        return _scenario(rule, name, fires, series, seconds)

    yield scenario("just worse", True, (_SERVED, worse, enough, enough))
    yield scenario("just better", False, (_SERVED, better, enough, enough))
    yield scenario("too few labels", False, (_SERVED, worse, enough, enough - 1))
    yield scenario("enough labels of two replicas", True, *[(_SERVED, worse, half, half)] * 2)
    heavy, light = 3 * enough, enough
    yield scenario("the heavier is worse", True, (_SERVED, worse, heavy, enough), (_SERVED, better, light, enough))
    yield scenario("the heavier is better", False, (_SERVED, worse, light, enough), (_SERVED, better, heavy, enough))
    yield scenario("labels for a version that is gone", False, ("0.9.0", worse, enough, enough))


def _replica(subject: Subject, accuracy: Accuracy, index: int, replica: Replica) -> Iterator[Level]:
    version, value, weight, samples = replica
    pod = f"{subject.workload.name}-7d9f8c6b5-{'ab'[index] * 5}"
    target = {"namespace": subject.namespace, "job": subject.service, "pod": pod, metrics.MODEL: subject.model}
    labels = {**target, metrics.VERSION: version, metrics.METRIC: accuracy.metric}
    yield metrics.MODEL_INFO, {**target, metrics.VERSION: _SERVED}, Decimal(1)
    yield metrics.ACCURACY, labels, value
    yield metrics.ACCURACY_WEIGHT, labels, weight
    yield metrics.ACCURACY_SAMPLES, labels, samples


def _scenario(rule: AlertingRule, name: str, fires: bool, series: list[Series], seconds: int) -> Scenario:
    interval = SCRAPE_INTERVAL if seconds < _HOUR else _COARSE
    return Scenario(
        f"{rule.alert}: {name}", rule.alert, rule.labels["severity"], fires, tuple(series), seconds, interval
    )
