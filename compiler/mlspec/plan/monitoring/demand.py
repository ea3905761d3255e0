"""Autoscaler -> recording rules of what an HPA scales on and no pod can say by itself.

A metrics adapter serves series and takes no queries: recorded under one name, the queries of all models need one rule
of the adapter, which never changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.plan.plan import RecordingRule, RuleGroup, Scaling, ScalingMetric
from mlspec.promql import ValueType, parse
from mlspec_runtime import metric_names as metrics

from .promql import span
from .subject import Subject

DEMAND = "namespace_model_metric:mlspec_scaling_demand:sum"
_INTERVAL = 30


def plan_demand(subject: Subject, scaling: Scaling | None) -> Iterator[RuleGroup]:
    """One group, or none where nothing is to be recorded."""
    external = [metric for metric in scaling.metrics if metric.kind == "external"] if scaling else []
    if external:
        rules = tuple(_record(subject, metric) for metric in external)
        yield RuleGroup(f"{subject.model}-scaling", span(_INTERVAL), rules)


def _record(subject: Subject, metric: ScalingMetric) -> RecordingRule:
    # One value, whatever labels the query leaves: two series of one name and labels would end the evaluation.
    one_value = "vector" if parse(metric.query).value_type is ValueType.SCALAR else "sum"
    labels = {"namespace": subject.namespace, metrics.MODEL: subject.model, "metric": metric.name}
    return RecordingRule(DEMAND, f"{one_value} (\n{metric.query}\n)", labels)
