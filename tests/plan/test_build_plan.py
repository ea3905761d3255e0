"""What a container is given: its variables as the spec says them, its image by its content, a budget if one may go."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.plan.build_plan import build_plan
from mlspec.plan.plan import Plan
from mlspec.spec.workspace import WorkspaceSpec

from .specs import cards, spec_of

DIGEST = "0123456789abcdef" * 4


def _plan(where: dict[str, Any] | None = None, **spec: Any) -> Plan:
    return build_plan(spec_of(where, **spec), WorkspaceSpec(), DIGEST)


VALUES = {
    "plain": "plain",
    "$HOME": "$HOME",
    "$(HOME)": "$$(HOME)",
    "a $$ b": "a $$$$ b",
    "$$(HOME) $x": "$$$$(HOME) $$x",
}


@pytest.mark.parametrize(("stated", "written"), VALUES.items())
def test_a_variable_arrives_as_it_is_stated(stated: str, written: str) -> None:
    variables = _plan(server={"env": [{"name": "A", "value": stated}]}).container.env
    assert {"name": "A", "value": written} in variables
    assert _expanded(written) == stated


def _expanded(text: str) -> str:
    """Kubernetes' expansion (third_party/forked/golang/expansion) where no variable is defined: `$$` gives `$`."""
    result, index = "", 0
    while index < len(text):
        doubled = text.startswith("$$", index)
        result += text[index]
        index += 2 if doubled else 1
    return result if "$(" in text or "$$" in text else text


def test_an_empty_variable_has_no_value_to_be_dropped_by_the_api_server() -> None:
    assert {"name": "A"} in _plan(server={"env": [{"name": "A", "value": ""}]}).container.env


def test_a_secret_is_referred_to() -> None:
    (variable,) = [
        each
        for each in _plan(server={"env": [{"name": "A", "secret": "a.b/c_d"}]}).container.env
        if each["name"] == "A"
    ]
    assert variable["valueFrom"] == {"secretKeyRef": {"name": "a.b", "key": "c_d"}}


@pytest.mark.parametrize(
    ("cpu", "workers", "threads"), [("500m", 1, "1"), ("4", 1, "4"), ("4", 2, "2"), ("4500m", 2, "3"), ("1", 8, "1")]
)
def test_libraries_start_as_many_threads_as_there_are_cores(cpu: str, workers: int, threads: str) -> None:
    plan = _plan(resources={"cpu": cpu}, server={"workers": workers})
    assert plan.container.env == ({"name": "OMP_NUM_THREADS", "value": threads},)


def test_the_specs_own_number_of_threads_wins_and_variables_are_sorted() -> None:
    env = [{"name": "Z", "value": "1"}, {"name": "OMP_NUM_THREADS", "value": "7"}, {"name": "A", "value": "2"}]
    values = [(each["name"], each["value"]) for each in _plan(server={"env": env}).container.env]
    assert values == [("A", "2"), ("OMP_NUM_THREADS", "7"), ("Z", "1")]


@pytest.mark.parametrize(
    ("registry", "image"),
    [
        (None, "churn:1.0.0-0123456789ab"),
        ("registry.example.com:5000/ml", "registry.example.com:5000/ml/churn:1.0.0-0123456789ab"),
    ],
)
def test_an_image_is_named_by_version_and_content(registry: str | None, image: str) -> None:
    assert _plan({} if registry is None else {"registry": registry}).container.image == image


@pytest.mark.parametrize(
    ("spec", "replicas", "budget"),
    [
        ({}, 1, False),
        ({"replicas": 2}, 2, True),
        ({"scaling": {"maxReplicas": 1, "metrics": [{"cpu": "70%"}]}}, None, False),
        ({"scaling": {"maxReplicas": 2, "metrics": [{"cpu": "70%"}]}}, None, True),
    ],
)
def test_the_last_replica_may_always_be_evicted(spec: dict[str, Any], replicas: int | None, budget: bool) -> None:
    plan = _plan(**spec)
    assert (plan.replicas, plan.disruption_budget) == (replicas, budget)


def test_pods_go_where_the_catalogue_says() -> None:
    taint = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    where, resources = cards(nodeSelector={"b": "2", "a": "1"}, tolerations=[taint, {"key": "x", "value": "y"}])
    placement = _plan(where, resources=resources).placement
    assert list(placement.node_selector.items()) == [("a", "1"), ("b", "2")]
    assert placement.tolerations == (taint, {"key": "x", "value": "y"})
    assert _plan().placement.node_selector == {}
