"""PyTorch: TorchScript, torch.export, and safetensors with a handler that builds the module."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.formats.conftest import Serve, infer, metadata, same
from tests.runtime.image import tensor

# In a process of its own: importing torch warns, and warnings are errors here.
MAKE = """
import sys, torch, numpy as np
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2)).eval()
x = torch.arange(12, dtype=torch.float32).reshape(4, 3)
kind, folder = sys.argv[1:]
if kind == "script":
    torch.jit.script(net).save(f"{folder}/model.pt")
elif kind == "export":
    rows = torch.export.Dim("rows")
    torch.export.save(torch.export.export(net, (x,), dynamic_shapes=({0: rows},)), f"{folder}/model.pt2")
else:
    from safetensors.torch import save_file
    save_file(net.state_dict(), f"{folder}/model.safetensors")
np.save(f"{folder}/expected.npy", net(x).detach().numpy())
"""
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
    ("script", "model.pt", "", "pytorch_torchscript"),
    ("export", "model.pt2", "", "pytorch_export"),
    ("safetensors", "model.safetensors", BUILD, "pytorch_safetensors"),
]


@pytest.mark.parametrize(("kind", "file", "code", "platform"), CASES)
def test_programs(
    serve: Serve,
    tmp_path: Path,
    require_module: Callable[[str], None],
    kind: str,
    file: str,
    code: str,
    platform: str,
) -> None:
    require_module("torch")
    subprocess.run([sys.executable, "-c", MAKE, kind, str(tmp_path)], check=True)
    running = serve({"format": "pytorch", "path": file, "inputs": [tensor("x", "FP32", -1, 3)]}, code).ready()
    described = metadata(running)
    assert described["platform"] == platform
    assert described["outputs"] == [tensor("output", "FP32", -1, 2)]
    x = np.arange(12, dtype=np.float32).reshape(4, 3)
    assert same(infer(running, {"x": x})["output"], np.load(tmp_path / "expected.npy"))


def test_a_program_that_refuses_what_is_declared_does_not_start(
    serve: Serve, tmp_path: Path, require_module: Callable[[str], None]
) -> None:
    require_module("torch")
    subprocess.run([sys.executable, "-c", MAKE, "script", str(tmp_path)], check=True)
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
