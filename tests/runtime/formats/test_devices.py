"""A model that computes on the CPU though its spec asks for an accelerator says so, and why."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from mlspec_runtime.devices import driver_problem
from tests.runtime.formats.conftest import Serve
from tests.runtime.image import tensor

ROOT = Path(__file__).resolve().parents[3]
ASKED = {"accelerator": "nvidia-l4"}


def sklearn_model(folder: Path, _: pytest.FixtureRequest) -> dict[str, Any]:
    x = np.arange(6.0).reshape(3, 2)
    joblib.dump(LinearRegression().fit(x, x.sum(axis=1)), folder / "model.joblib")
    return {"format": "sklearn", "path": "model.joblib"}


def onnx_model(folder: Path, _: pytest.FixtureRequest) -> dict[str, Any]:
    shutil.copy(ROOT / "specs/digits-onnx/model.onnx", folder)
    return {"format": "onnx", "path": "model.onnx"}


def pytorch_model(folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    shutil.copy(request.getfixturevalue("programs") / "model.pt", folder)
    return {"format": "pytorch", "path": "model.pt", "inputs": [tensor("x", "FP32", -1, 3)]}


@pytest.mark.parametrize(
    ("make", "module", "why"),
    [
        (sklearn_model, "sklearn", "models of this format compute there"),
        (onnx_model, "onnxruntime", "this build of onnxruntime has no CUDA; onnxruntime-gpu has"),
        (pytorch_model, "torch", ""),
    ],
)
def test_an_accelerator_that_is_not_used_is_told(
    serve: Serve,
    tmp_path: Path,
    require_module: Callable[[str], None],
    request: pytest.FixtureRequest,
    make: Callable[[Path, pytest.FixtureRequest], dict[str, Any]],
    module: str,
    why: str,
) -> None:
    require_module(module)
    if not driver_problem():
        pytest.skip("this machine has a driver, and the model may well use its card")
    running = serve(make(tmp_path, request), settings=ASKED).ready()
    told = running.wait_for("device")
    assert told["log.level"] == "warning"
    assert told["event.reason"].startswith(why)
    assert told["event.reason"]
    assert told["message"].startswith("the model computes on the CPU, though the spec asks for nvidia-l4: ")
    assert running.wait_for("model-load", event_outcome="success")["labels.device"] == "cpu"


def test_nothing_is_told_where_none_is_asked_for(serve: Serve, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    running = serve(sklearn_model(tmp_path, request)).ready()
    assert not [line for line in running.log if line.get("event.action") == "device"]


def test_a_handlers_device_is_its_own_affair(serve: Serve) -> None:
    code = "class Handler:\n    def predict(self, inputs):\n        return inputs['x']\n"
    running = serve({"format": "python", "inputs": [tensor("x", "FP64", -1)]}, code, ASKED).ready()
    assert "labels.device" not in running.wait_for("model-load", event_outcome="success")
    assert not [line for line in running.log if line.get("event.action") == "device"]
