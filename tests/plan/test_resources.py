"""What a container may share in memory where the spec does not say: enough for tensors, never all that there is."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.plan.resources import shared_memory

from .specs import cards, spec_of

PYTORCH = {"format": "pytorch", "version": "1", "uri": "./model.pt2"}
SHARED: dict[str, tuple[dict[str, Any], str | None]] = {
    "other formats: the runtime's own": ({}, None),
    "a quarter of the memory that PyTorch leaves": ({"model": PYTORCH}, "80Mi"),
    "a gibibyte at most": ({"model": PYTORCH, "resources": {"memory": "64Gi"}}, "1Gi"),
    "of what the model leaves": (
        {"model": PYTORCH | {"size": "1Gi"}, "resources": {"memory": "2200Mi"}},
        "118Mi",
    ),
    "on a card the model lies elsewhere": (
        {"model": PYTORCH | {"size": "10Gi"}, "resources": {"memory": "2Gi", **cards()[1]}},
        "336Mi",
    ),
    "too little to matter": ({"model": PYTORCH, "resources": {"memory": "256Mi"}}, None),
    "a model larger than the memory": ({"model": PYTORCH | {"size": "4Gi"}}, None),
    "what the spec says wins": ({"model": PYTORCH, "resources": {"sharedMemory": "2Mi"}}, "2Mi"),
    "a pipeline's as well": (
        {"model": {"format": "transformers", "version": "1", "uri": "./model"}, "resources": {"memory": "2Gi"}},
        "320Mi",
    ),
}


@pytest.mark.parametrize(("spec", "size"), SHARED.values(), ids=SHARED)
def test_shared_memory(spec: dict[str, Any], size: str | None) -> None:
    assert shared_memory(spec_of(**spec)) == size
