"""How new pods replace old ones: by surge where there is room, and never by waiting for a card that is not there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.plan.plan import Rollout
from mlspec.plan.rollout import most_replicas, plan_rollout

from .specs import cards, spec_of

RECREATE = Rollout("Recreate", None, None)
ONE_LESS = Rollout("RollingUpdate", 0, 1)

ON_CPU: dict[str, tuple[dict[str, Any], Rollout]] = {
    "by default": ({}, Rollout("RollingUpdate", "25%", 0)),
    "one replica": ({"replicas": 1}, Rollout("RollingUpdate", "25%", 0)),
    "a surge": ({"rollout": {"surge": "50%"}}, Rollout("RollingUpdate", "50%", 0)),
    "all at once": ({"rollout": {"strategy": "rolling", "surge": "100%"}}, Rollout("RollingUpdate", "100%", 0)),
    "recreate": ({"rollout": {"strategy": "recreate"}}, RECREATE),
}


@pytest.mark.parametrize(("spec", "expected"), ON_CPU.values(), ids=ON_CPU)
def test_on_cpus_pods_are_added_before_any_goes(spec: dict[str, Any], expected: Rollout) -> None:
    assert plan_rollout(spec_of(**spec)) == expected


ON_CARDS: dict[str, tuple[int, int, dict[str, Any], Rollout]] = {
    # cards of a replica, spare cards, spec, expected
    "one replica without a spare": (1, 0, {}, RECREATE),
    "one replica that is to roll": (1, 0, {"rollout": {"strategy": "rolling"}}, ONE_LESS),
    "one replica with a spare": (1, 1, {}, Rollout("RollingUpdate", 1, 0)),
    "a spare too few": (2, 1, {}, RECREATE),
    "several replicas without a spare": (1, 0, {"replicas": 4}, ONE_LESS),
    "a quarter by default": (1, 9, {"replicas": 8}, Rollout("RollingUpdate", 2, 0)),
    "no more than is spare": (1, 1, {"replicas": 8}, Rollout("RollingUpdate", 1, 0)),
    "spare for one of four cards": (4, 7, {"replicas": 8}, Rollout("RollingUpdate", 1, 0)),
    "as much as is asked": (1, 9, {"replicas": 8, "rollout": {"surge": "50%"}}, Rollout("RollingUpdate", 4, 0)),
    "the most replicas of a scaling": (
        1,
        9,
        {"scaling": {"maxReplicas": 20, "metrics": [{"cpu": "70%"}]}},
        Rollout("RollingUpdate", 5, 0),
    ),
    "scaling from one": (1, 0, {"scaling": {"maxReplicas": 2, "metrics": [{"cpu": "70%"}]}}, ONE_LESS),
    "recreate with spares": (1, 9, {"rollout": {"strategy": "recreate"}}, RECREATE),
}


@pytest.mark.parametrize(("count", "spare", "spec", "expected"), ON_CARDS.values(), ids=ON_CARDS)
def test_on_cards_pods_are_added_where_cards_are_spare(
    count: int, spare: int, spec: dict[str, Any], expected: Rollout
) -> None:
    where, resources = cards(count, spare=spare)
    assert plan_rollout(spec_of(where, resources=resources, **spec)) == expected


@given(st.integers(1, 64), st.integers(0, 200), st.integers(1, 100), st.none() | st.integers(1, 100))
def test_no_rollout_waits_for_cards_that_are_not_there(
    count: int, spare: int, replicas: int, surge: int | None
) -> None:
    where, resources = cards(count, spare=spare)
    asked = {} if surge is None else {"surge": f"{surge}%"}
    spec = spec_of(where, resources=resources, replicas=replicas, rollout=asked)
    rollout = plan_rollout(spec)
    if rollout.strategy == "RollingUpdate":
        assert isinstance(rollout.max_surge, int)
        assert rollout.max_surge * count <= spare
        assert (rollout.max_surge, rollout.max_unavailable) != (0, 0)
    else:
        assert most_replicas(spec) == 1
