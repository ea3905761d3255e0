"""PyTorch: TorchScript, torch.export, and safetensors with a handler that builds the module."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.formats.conftest import Serve, infer, metadata, same
from tests.runtime.image import tensor

BUILD = """
import torch
from safetensors.torch import load_file

class Handler:
    def load(self, path):
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
        net.load_state_dict(load_file(path))
        return net
"""
CASES = [
    ("model.pt", "", "pytorch_torchscript"),
    ("model.pt2", "", "pytorch_export"),
    ("model.safetensors", BUILD, "pytorch_safetensors"),
]


@pytest.mark.parametrize(("file", "code", "platform"), CASES)
def test_programs(serve: Serve, tmp_path: Path, programs: Path, file: str, code: str, platform: str) -> None:
    shutil.copy(programs / file, tmp_path)
    running = serve({"format": "pytorch", "path": file, "inputs": [tensor("x", "FP32", -1, 3)]}, code).ready()
    described = metadata(running)
    assert described["platform"] == platform
    assert described["outputs"] == [tensor("output", "FP32", -1, 2)]
    x = np.arange(12, dtype=np.float32).reshape(4, 3)
    assert same(infer(running, {"x": x})["output"], np.load(programs / "expected.npy"))


def test_a_program_that_refuses_what_is_declared_does_not_start(serve: Serve, tmp_path: Path, programs: Path) -> None:
    shutil.copy(programs / "model.pt", tmp_path)
    running = serve({"format": "pytorch", "path": "model.pt", "inputs": [tensor("x", "FP32", -1, 5)]})
    assert running.exit_status() == 1
    said = running.wait_for("start", event_reason="signature")["message"]
    assert "the program refuses zeros of the shape of `model.inputs`" in said


def test_a_pickle_is_not_unpickled(serve: Serve, tmp_path: Path, require_module: Callable[[str], None]) -> None:
    require_module("torch")
    (tmp_path / "model.pt").write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "witness").encode() + b"'\ntR.")
    running = serve({"format": "pytorch", "path": "model.pt", "inputs": [tensor("x", "FP32", -1, 3)]})
    assert running.exit_status() == 1
    assert "no TorchScript archive" in running.wait_for("start", event_reason="load")["message"]
    assert not (tmp_path / "witness").exists()
