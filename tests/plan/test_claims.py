"""Devices that a driver hands out: a claim in place of an extended resource, and a template for each request."""

from __future__ import annotations

from typing import Any

from mlspec.plan.claims import plan_claim
from mlspec.plan.plan import DeviceClaim
from mlspec.plan.resources import plan_limits
from mlspec.plan.rollout import plan_rollout
from mlspec.plan.scaling import gpu_utilization

from .specs import spec_of

HOPPER = "device.attributes['gpu.nvidia.com'].architecture == 'Hopper'"


def _claimed(claim: dict[str, Any], spare: int = 0, **asked: Any) -> Any:
    where = {"kubernetes": "1.36", "accelerators": {"h100": {"claim": claim, "spare": spare, "memory": "80Gi"}}}
    return spec_of(where, resources={"accelerator": {"type": "h100", **asked}}, replicas=3)


def _claim(*claim: Any, **asked: Any) -> DeviceClaim:
    planned = plan_claim(_claimed(*claim, **asked))
    assert planned is not None
    return planned


def test_a_claim_stands_in_place_of_the_resource() -> None:
    spec = _claimed({"deviceClass": "gpu.nvidia.com", "selectors": [HOPPER]}, count=2)
    claim = plan_claim(spec)
    assert claim is not None
    assert (claim.device_class, claim.count, claim.selectors) == ("gpu.nvidia.com", 2, (HOPPER,))
    assert set(plan_limits(spec)) == {"memory"}


def test_a_slice_is_claimed_by_its_profile() -> None:
    claim = _claim({"deviceClass": "mig.nvidia.com"}, mig="1g.10gb")
    assert claim.selectors == ("device.attributes['gpu.nvidia.com'].profile == '1g.10gb'",)


def test_another_request_is_another_template() -> None:
    # A template's spec can never be changed in a cluster.
    whole = {"deviceClass": "gpu.nvidia.com"}
    requests = [
        _claim(whole),
        _claim(whole, count=2),
        _claim({**whole, "selectors": [HOPPER]}),
        _claim({"deviceClass": "mig.nvidia.com"}, mig="1g.10gb"),
        _claim({"deviceClass": "mig.nvidia.com"}, mig="2g.20gb"),
    ]
    assert len({claim.template for claim in requests}) == len(requests)
    assert _claim(whole).template == requests[0].template
    assert all(claim.template.startswith("churn-accelerator-") for claim in requests)


def test_spare_cards_decide_the_surge_of_claims_too() -> None:
    claim = {"deviceClass": "gpu.nvidia.com"}
    assert plan_rollout(_claimed(claim)).max_surge == 0
    assert plan_rollout(_claimed(claim, spare=2, count=2)).max_surge == 1


def test_the_use_of_a_slice_is_another_metric() -> None:
    card = gpu_utilization(_claimed({"deviceClass": "gpu.nvidia.com"}))
    part = gpu_utilization(_claimed({"deviceClass": "mig.nvidia.com"}, mig="1g.10gb", count=2))
    assert card.startswith("sum(DCGM_FI_DEV_GPU_UTIL{")
    assert part.startswith("100 * sum(DCGM_FI_PROF_GR_ENGINE_ACTIVE{")
    assert part.endswith(" / 2")


def test_without_a_claim_there_is_none() -> None:
    assert plan_claim(spec_of()) is None
