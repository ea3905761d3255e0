"""A model that computes on the CPU though its spec asks for an accelerator says so, and why."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from mlspec_runtime.devices import driver_problem
from tests.images.cases import onnx as onnx_case
from tests.runtime.formats.conftest import Serve
from tests.runtime.formats.test_pytorch import MAKE
from tests.runtime.image import tensor

ASKED = {"accelerator": "nvidia-l4"}


def sklearn_model(folder: Path) -> dict[str, Any]:
    x = np.arange(6.0).reshape(3, 2)
    joblib.dump(LinearRegression().fit(x, x.sum(axis=1)), folder / "model.joblib")
    return {"format": "sklearn", "path": "model.joblib"}


def onnx_model(folder: Path) -> dict[str, Any]:
    onnx_case(folder)
    return {"format": "onnx", "path": "model.onnx"}


def pytorch_model(folder: Path) -> dict[str, Any]:
    subprocess.run([sys.executable, "-c", MAKE, "script", str(folder)], check=True)
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
    make: Callable[[Path], dict[str, Any]],
    module: str,
    why: str,
) -> None:
    require_module(module)
    if not driver_problem():
        pytest.skip("this machine has a driver, and the model may well use its card")
    running = serve(make(tmp_path), settings=ASKED).ready()
    told = running.wait_for("device")
    assert told["log.level"] == "warning"
    assert told["event.reason"].startswith(why)
    assert told["event.reason"]
    assert told["message"].startswith("the model computes on the CPU, though the spec asks for nvidia-l4: ")
    assert running.wait_for("model-load", event_outcome="success")["labels.device"] == "cpu"


def test_nothing_is_told_where_none_is_asked_for(serve: Serve, tmp_path: Path) -> None:
    running = serve(sklearn_model(tmp_path)).ready()
    assert not [line for line in running.log if line.get("event.action") == "device"]


def test_a_handlers_device_is_its_own_affair(serve: Serve) -> None:
    code = "class Handler:\n    def predict(self, inputs):\n        return inputs['x']\n"
    running = serve({"format": "python", "inputs": [tensor("x", "FP64", -1)]}, code, ASKED).ready()
    assert "labels.device" not in running.wait_for("model-load", event_outcome="success")
    assert not [line for line in running.log if line.get("event.action") == "device"]
