"""Accelerators × replicas × what the environment says of a card, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mlspec.plan.cost import NOTHING, HourlyCost, hourly_cost
from tests.monitoring.dashboards import SPECS, workspace

_MODEL = SPECS["smallest"]["model"]
_BATCH = {**SPECS["once"]["batch"], "shards": 6, "parallelism": 3}


def _cost(spec: dict[str, Any]) -> HourlyCost | None:
    (resolved,) = workspace({"churn": {"model": _MODEL, **spec}}).resolution.specs
    return hourly_cost(resolved)


def _scaling(least: int, most: int) -> dict[str, Any]:
    return {"minReplicas": least, "maxReplicas": most, "metrics": [{"cpu": "70%"}]}


def _on(name: str, **more: Any) -> dict[str, Any]:
    return {"resources": {"accelerator": {"type": name, **more}}}


@pytest.mark.parametrize(
    ("spec", "least", "most"),
    [
        ({}, "0", "0"),
        (_on("nvidia-l4"), "0.8", "0.8"),
        ({**_on("nvidia-l4", count=2), "replicas": 3}, "4.8", "4.8"),
        ({**_on("nvidia-l4"), "scaling": _scaling(2, 20)}, "1.6", "16"),
        (_on("nvidia-a100"), "3.5", "3.5"),
        (_on("nvidia-a100", mig="1g.10gb", count=2), "1", "1"),
        (_on("nvidia-a100", mig="7g.80gb"), "3.5", "3.5"),
    ],
)
def test_what_an_hour_costs(spec: dict[str, Any], least: str, most: str) -> None:
    assert _cost(spec) == HourlyCost(Decimal(least), Decimal(most), Decimal(0))


def test_nobody_says_what_it_costs() -> None:
    assert _cost(_on("amd-mi300x")) is None


def test_costs_add_up() -> None:
    one, other = (HourlyCost(*map(Decimal, each.split())) for each in ("1 2 3", "0.10 0.20 0.30"))
    assert NOTHING + one + other == HourlyCost(Decimal("1.1"), Decimal("2.2"), Decimal("3.3"))
