"""Keys of a spec and of its environment -> the model `churn`, resolved for a plan."""

from __future__ import annotations

from typing import Any

from mlspec.environment.resolved import ResolvedSpec
from tests.environment.workspace import environment, model, only, resolved

FILES = {"specs/model.joblib": b"a model"}
L4 = {"nvidia-l4": {"memory": "24Gi"}}


def spec_of(where: dict[str, Any] | None = None, **spec: Any) -> ResolvedSpec:
    """In `prod`, which has a Gateway and cards of type nvidia-l4 unless `where` says otherwise."""
    gateway = {"name": "public", "namespace": "gateways"}
    prod = environment("prod", **{"gateway": gateway, "accelerators": L4} | (where or {}))
    return only(resolved(prod, model(**spec), files=FILES))


def cards(count: int = 1, **entry: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An environment with this entry in its catalogue, and resources that ask for `count` of it."""
    return {"accelerators": {"nvidia-l4": entry}}, {"accelerator": {"type": "nvidia-l4", "count": count}}
