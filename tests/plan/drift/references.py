"""A file and a signature in a few words -> the reference that a spec with both has, or what is wrong with it."""

from __future__ import annotations

from typing import Any

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.drift.plan_drift import read_reference
from mlspec.plan.drift.reference import Fault, Feature, Reference
from tests.environment.workspace import environment, model, only, resolved


def spec_of(content: bytes, inputs: list[dict[str, Any]], name: str = "reference.csv", **drift: Any) -> ResolvedSpec:
    """The model `churn` with these inputs, and the output `score`."""
    outputs = [tensor("score", "FP64", -1, 2)]
    described = {"format": "onnx", "version": "1.0.0", "uri": "./model.onnx", "inputs": inputs, "outputs": outputs}
    stated = model(model=described, monitoring={"drift": {"reference": f"./{name}", **drift}})
    return only(resolved(environment("prod"), stated, files={"specs/model.onnx": b"", f"specs/{name}": content}))


def read(content: bytes, inputs: list[dict[str, Any]], name: str = "reference.csv", **drift: Any) -> Reference | Fault:
    spec = spec_of(content, inputs, name, **drift)
    assert spec.spec.monitoring.drift is not None
    return read_reference(spec, spec.spec.monitoring.drift)


def features(
    content: bytes, inputs: list[dict[str, Any]], name: str = "reference.csv", **drift: Any
) -> dict[str, Feature]:
    """By name, of a reference without fault. The threshold is so high that few rows will do."""
    found = read(content, inputs, name, **{"threshold": 2, **drift})
    assert isinstance(found, Reference), found
    return {feature.name: feature for feature in found.features}


def tensor(name: str, datatype: str, *shape: int) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": list(shape)}
