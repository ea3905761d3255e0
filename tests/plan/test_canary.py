"""A canary divides requests by a route or by pods, and takes no more cards than it is said to."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.canary import plan_canary, replicas_beyond
from mlspec.plan.plan import Canary
from mlspec.plan.workload import plan_workload

from .specs import cards, spec_of

SLO = {"slo": {"availability": "99.9%", "latency": {"target": "99%", "threshold": "250ms"}}}
ROUTE = {"host": "churn.example.com"}


def _spec(steps: list[int], where: dict[str, Any] | None = None, **spec: Any) -> ResolvedSpec:
    canary = {"steps": [f"{step}%" for step in steps], "pause": "90m"}
    return spec_of(where, monitoring=SLO, rollout={"strategy": "canary", "canary": canary}, **spec)


def _canary(spec: ResolvedSpec) -> Canary:
    planned = plan_canary(spec, 60)
    assert planned is not None
    return planned


def test_a_route_divides_the_requests_where_there_is_one() -> None:
    assert _canary(_spec([10, 50], expose=ROUTE)).routed
    for expose in ({}, {"expose": {"loadBalancer": True}}, {"expose": {**ROUTE, "ingress": {"class": "traefik"}}}):
        assert not _canary(_spec([50], replicas=2, **expose)).routed


def test_steps_and_pauses_are_those_of_the_spec() -> None:
    canary = _canary(_spec([10, 50]))
    assert (canary.shares, canary.pause) == ((10, 50), "1h30m")


def test_each_objective_is_measured_against_the_pace_that_would_page() -> None:
    limits = {metric.name: metric.limit for metric in _canary(_spec([10])).metrics}
    assert limits == {"availability": "0.0144", "latency": "0.144"}


def test_another_strategy_is_no_canary() -> None:
    assert plan_canary(spec_of(), 60) is None
    assert plan_workload(spec_of()).kind == "Deployment"
    assert plan_workload(_spec([10])).kind == "Rollout"


@pytest.mark.parametrize(
    ("steps", "replicas", "beyond"), [([10, 50], 4, 2), ([50], 4, 2), ([25, 50, 75], 4, 1), ([100], 3, 3)]
)
def test_what_a_step_takes(steps: list[int], replicas: int, beyond: int) -> None:
    where, resources = cards(1, spare=9)
    spec = _spec(steps, where, resources=resources, replicas=replicas, expose=ROUTE)
    assert _canary(spec).trades_replicas
    assert replicas_beyond(spec) == beyond


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6, unique=True).map(sorted), st.integers(1, 60))
def test_no_moment_of_a_canary_takes_more(steps: list[int], replicas: int) -> None:
    """As the controller counts: the old version shrinks when the weight has moved, and that when the new one is up."""
    beyond = replicas_beyond(_spec(steps, replicas=replicas, expose=ROUTE))
    weight, most = 0, replicas
    for step in (*steps, 100):
        new = math.ceil(replicas * step / 100)
        most = max(most, new + math.ceil(replicas * (100 - weight) / 100))
        weight = step
        most = max(most, new + math.ceil(replicas * (100 - weight) / 100))
    assert replicas + beyond == most
