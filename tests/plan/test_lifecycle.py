"""Starts have the time that they need, stops are not cut, and Kubernetes waits for both (rules 11, 14 and 16)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.plan.lifecycle import LEAST_STARTUP, plan_lifecycle, startup_budget

from .specs import cards, spec_of

GIB = 2**30
ONNX = {"format": "onnx", "version": "1.0.0", "uri": "./model.onnx"}
STARTS: dict[str, tuple[dict[str, Any], int, int]] = {
    # spec, bytes of the model, seconds
    "a small model has the least": ({}, 0, 60),
    "2 GiB take less than that": ({}, 2 * GIB, 60),
    "70 GiB at 100 MiB/s, and what a start needs, half as much again": ({}, 70 * GIB, 1092),
    "another format warms up for longer": ({"model": ONNX}, 70 * GIB, 1098),
    "what the spec says wins": ({"health": {"startup": "3m"}}, 70 * GIB, 180),
}


@pytest.mark.parametrize(("spec", "size", "seconds"), STARTS.values(), ids=STARTS)
def test_the_budget_of_a_start_follows_from_format_and_size(spec: dict[str, Any], size: int, seconds: int) -> None:
    assert startup_budget(spec_of(**spec), size) == seconds


@given(
    size=st.integers(0, 500 * GIB),
    startup=st.none() | st.integers(60, 21_600),
    drain=st.integers(0, 3600),
    accelerated=st.booleans(),
)
def test_every_start_and_stop_has_its_time(size: int, startup: int | None, drain: int, accelerated: bool) -> None:
    health = {"drain": f"{drain}s"} | ({} if startup is None else {"startup": f"{startup}s"})
    spec = spec_of(health=health, resources=cards()[1] if accelerated else {})
    budget, life = startup_budget(spec, size), plan_lifecycle(spec, size)
    allowed = life.startup.failures * life.startup.period
    image_pull = 900 if accelerated else 300
    assert budget >= LEAST_STARTUP
    assert 0 <= allowed - budget < life.startup.period
    assert life.startup_budget == allowed
    assert life.progress_deadline > allowed + image_pull + drain
    assert life.grace_period == life.pre_stop + drain + 5
    assert life.pre_stop > 0


def test_probes_differ_and_are_patient() -> None:
    life = plan_lifecycle(spec_of(), 0)
    assert life.liveness.path != life.readiness.path
    assert min(probe.timeout for probe in (life.startup, life.liveness, life.readiness)) > 1
    assert life.liveness.failures * life.liveness.period >= 2 * life.readiness.failures * life.readiness.period
