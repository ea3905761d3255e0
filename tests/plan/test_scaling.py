"""An autoscaler's metrics come in one order whatever the spec's, and its times are never below a start's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.plan.plan import Scaling
from mlspec.plan.scaling import plan_scaling
from mlspec.promql import parse

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
