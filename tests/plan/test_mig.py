"""Slices of a card: what they are called, and of which card."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.plan.mig import PROFILES, card_of
from mlspec.plan.resources import extended_resource, plan_limits, plan_requests
from mlspec.spec.environment import CatalogueEntry
from mlspec.spec.resources import Accelerator

from .specs import spec_of

RESOURCES = {
    ("nvidia.com/gpu", None, "mixed"): "nvidia.com/gpu",
    ("nvidia.com/gpu", "1g.10gb", "mixed"): "nvidia.com/mig-1g.10gb",
    ("nvidia.com/gpu", "1g.10gb+me", "mixed"): "nvidia.com/mig-1g.10gb.me",
    ("nvidia.com/gpu", "1g.10gb", "single"): "nvidia.com/gpu",
    ("nvidia.com/gpu.shared", "1g.10gb", "mixed"): "nvidia.com/mig-1g.10gb.shared",
    ("nvidia.com/gpu.shared", None, None): "nvidia.com/gpu.shared",
    ("gpu.intel.com/xe", None, None): "gpu.intel.com/xe",
    ("gpu.example.com/a100", "7g.80gb", "mixed"): "gpu.example.com/mig-7g.80gb",
    ("amd.com/gpu", None, None): "amd.com/gpu",
}


@pytest.mark.parametrize(("asked", "name"), RESOURCES.items())
def test_a_slice_is_called_as_the_device_plugin_announces_it(asked: tuple[str, str | None, Any], name: str) -> None:
    resource, mig, strategy = asked
    entry = CatalogueEntry(resource=resource, mig_strategy=strategy)
    assert extended_resource(Accelerator(type="card", mig=mig), entry) == name


CARDS: dict[str, tuple[str, dict[str, Any], str | None]] = {
    "by its node label": ("big", {"nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"}}, "A100 80GB"),
    "by its name and memory": ("nvidia-a100", {"memory": "40Gi"}, "A100 40GB"),
    "by memory in decimal units": ("nvidia-a100", {"memory": "80G"}, "A100 80GB"),
    "by a name with its memory": ("a100-80gb", {}, "A100 80GB"),
    "of one size": ("nvidia-h200", {}, "H200 141GB"),
    "H100 NVL": (
        "h100",
        {"nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-H100-NVL"}, "memory": "94Gi"},
        "H100 94GB",
    ),
    "unsure of its size": ("nvidia-a100", {}, None),
    "a size that it has not": ("nvidia-a100", {"memory": "64Gi"}, None),
    "not to be cut": ("nvidia-l4", {"memory": "24Gi"}, None),
    "A10 is no A100": ("nvidia-a10", {"memory": "24Gi"}, None),
    "A100 is no A1000": ("nvidia-a1000", {"memory": "40Gi"}, None),
    "two names": ("a100-or-h100", {"memory": "80Gi"}, None),
}


@pytest.mark.parametrize(("name", "entry", "card"), CARDS.values(), ids=CARDS)
def test_a_card_is_known_where_that_is_sure(name: str, entry: dict[str, Any], card: str | None) -> None:
    assert card_of(name, CatalogueEntry.model_validate(entry)) == card


def test_no_slice_is_larger_than_its_card() -> None:
    for card, profiles in PROFILES.items():
        largest = max(int(profile.partition("g.")[2].partition("gb")[0]) for profile in profiles)
        assert str(largest) in card or card in ("A30", "B200")
        assert len(set(profiles)) == len(profiles)


def test_cards_stand_in_the_limits_alone_as_a_whole_number() -> None:
    where = {"accelerators": {"nvidia-a100": {"memory": "80Gi", "migStrategy": "mixed"}}}
    asked = {"accelerator": {"type": "nvidia-a100", "mig": "1g.10gb", "count": 2}, "cpu": "1500m", "memory": "3072Mi"}
    spec = spec_of(where, resources=asked)
    assert plan_requests(spec) == {"cpu": "1500m", "memory": "3Gi"}
    assert plan_limits(spec) == {"memory": "3Gi", "nvidia.com/mig-1g.10gb": "2"}
    assert "nvidia.com/gpu" not in plan_limits(spec_of())
