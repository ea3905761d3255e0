"""An autoscaler's metrics come in one order whatever the spec's, and its times are never below a start's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.plan.plan import Scaling
from mlspec.plan.scaling import plan_scaling, wakes
from mlspec.promql import parse
from mlspec.spec.scaling import Metric
from mlspec_runtime.metric_names import LABEL_NAMES

from .specs import cards, spec_of

METRICS: list[dict[str, Any]] = [
    {"cpu": "70%"},
    {"memory": "80%"},
    {"concurrency": 8},
    {"requestsPerSecond": 0.5},
    {"gpuUtilization": "80%"},
    {"query": {"promql": "sum(a)", "threshold": 10}},
    {"query": {"promql": "sum(b)", "threshold": 2.5}},
]
TARGETS = ["70", "80", "8", "0.5", "80", "10", "2.5"]


def _scaling(metrics: list[dict[str, Any]], startup: int = 60, **spec: Any) -> Scaling:
    where, resources = cards(2)
    planned = plan_scaling(
        spec_of(where, resources=resources, scaling={"maxReplicas": 9, "metrics": metrics} | spec), startup
    )
    assert planned is not None
    return planned


@given(st.permutations(METRICS))
def test_the_order_of_the_metrics_is_ours(metrics: list[dict[str, Any]]) -> None:
    assert _scaling(metrics) == _scaling(METRICS)
    assert [metric.target for metric in _scaling(metrics).metrics] == TARGETS


def test_what_prometheus_is_asked_is_promql_about_this_model_alone() -> None:
    queries = [metric.query for metric in _scaling(METRICS).metrics if metric.query]
    assert len(queries) == 5
    for query in queries:
        parse(query)
    assert all('namespace="ml-prod"' in query for query in queries[:3])
    # The average of a replica's two cards, summed over the replicas: the autoscaler divides by those.
    assert queries[2].endswith(" / 2")


def test_every_metric_of_the_server_that_is_asked_for_is_exported() -> None:
    read = [
        selector for metric in _scaling(METRICS).metrics if metric.query for selector in parse(metric.query).selectors
    ]
    own = [selector for selector in read if (selector.metric or "").startswith("mlspec_")]
    assert len(own) == 3
    for selector in own:
        assert selector.metric in LABEL_NAMES
        assert {label for label, _, _ in selector.matchers} <= {*LABEL_NAMES[selector.metric], "namespace"}


def test_a_missing_value_is_a_fault_of_what_pods_say_and_only_while_there_are_some() -> None:
    measured = {metric.name: metric.measured for metric in _scaling(METRICS).metrics}
    assert [name for name, fault in measured.items() if fault] == [
        "concurrency",
        "requests-per-second",
        "gpu-utilization",
    ]
    assert not any(metric.measured for metric in _scaling(METRICS, minReplicas=0).metrics)


def test_each_trigger_has_a_name_of_its_own() -> None:
    names = [metric.name for metric in _scaling(METRICS).metrics]
    assert names[-2:] == ["query", "query-2"]
    assert len({*names}) == len(names)


@pytest.mark.parametrize(
    ("promql", "does"),
    [
        ("sum(rate(envoy_http_downstream_rq_total[2m]))", True),
        ("sum(orders_waiting) + sum(mlspec_queue_depth)", True),
        ("vector(1)", True),
        ('sum(mlspec_requests_in_progress{model="churn"})', False),
        ("sum(", False),
    ],
)
def test_only_what_is_measured_without_pods_wakes_a_model(promql: str, does: bool) -> None:
    assert wakes(Metric.model_validate({"query": {"promql": promql, "threshold": 1}})) is does
    assert not any(wakes(Metric.model_validate(metric)) for metric in METRICS[:5])


@pytest.mark.parametrize(("asked", "planned"), [({}, None), ({"activation": 0}, None), ({"activation": 2.5}, "2.5")])
def test_the_first_replica_starts_above_the_activation(asked: dict[str, Any], planned: str | None) -> None:
    query = {"query": {"promql": "waiting", "threshold": 1} | asked}
    assert _scaling([query], minReplicas=0).metrics[0].activation == planned


@pytest.mark.parametrize(
    ("after", "startup", "window", "cooldown"),
    [(None, 60, 300, 300), ("10m", 60, 600, 600), (None, 1200, 1200, 1200), ("20m", 1200, 1200, 1200)],
)
def test_nothing_is_scaled_down_sooner_than_a_replica_starts(
    after: str | None, startup: int, window: int, cooldown: int
) -> None:
    scaling = _scaling(METRICS[:1], startup, **({} if after is None else {"scaleDownAfter": after}))
    assert (scaling.scale_down_window, scaling.cooldown) == (window, cooldown)


@given(st.integers(0, 50), st.integers(1, 50))
def test_without_prometheus_the_replicas_are_between_the_bounds(least: int, more: int) -> None:
    bounds = {"minReplicas": least, "maxReplicas": least + more}
    fallback = _scaling(METRICS[2:3], **bounds).fallback_replicas
    assert max(1, least) <= fallback <= least + more


def test_without_scaling_there_is_no_autoscaler() -> None:
    assert plan_scaling(spec_of(replicas=3), 60) is None
