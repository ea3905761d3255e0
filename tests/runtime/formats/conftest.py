"""A server for any model of any format, and its answers as arrays."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tritonclient import http as triton

from tests.conftest import unavailable
from tests.runtime.image import write_image
from tests.runtime.running import Running

Serve = Callable[..., Running]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server in `tmp_path`, where the test has put the model."""

    def serve_model(manifest: dict[str, Any], code: str = "", settings: dict[str, Any] | None = None) -> Running:
        image = write_image(tmp_path, manifest, settings or {"batching": {}}, code)
        running = Running(image, warm=True)
        to_end.callback(running.stop)
        return running

    with ExitStack() as to_end:
        yield serve_model


@pytest.fixture(scope="session")
def require_module() -> Callable[[str], None]:
    """Calls the test off where a framework is not installed."""

    def require(name: str) -> None:
        if importlib.util.find_spec(name) is None:
            unavailable(f"{name} is not installed (pip install 'mlspec[formats]')")

    return require


# In a process of its own: importing torch warns, and warnings are errors here.
_PROGRAMS = """
import sys, torch, numpy as np
from safetensors.torch import save_file
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2)).eval()
x = torch.arange(12, dtype=torch.float32).reshape(4, 3)
folder, rows = sys.argv[1], torch.export.Dim("rows")
torch.jit.script(net).save(f"{folder}/model.pt")
torch.export.save(torch.export.export(net, (x,), dynamic_shapes=({0: rows},)), f"{folder}/model.pt2")
save_file(net.state_dict(), f"{folder}/model.safetensors")
np.save(f"{folder}/expected.npy", net(x).detach().numpy())
"""


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, require_module: Callable[[str], None]) -> Path:
    """A folder with one PyTorch module in each form, and what it answers in `expected.npy`."""
    require_module("torch")
    folder = tmp_path_factory.mktemp("programs")
    subprocess.run([sys.executable, "-c", _PROGRAMS, str(folder)], check=True)
    return folder


DATATYPES = {"float32": "FP32", "float64": "FP64", "int64": "INT64", "object": "BYTES", "float16": "FP16"}


def infer(running: Running, inputs: dict[str, Any], *, binary: bool = True) -> dict[str, Any]:
    """Outputs by name, as arrays, through NVIDIA's client."""
    given = []
    for name, array in inputs.items():
        tensor = triton.InferInput(name, list(array.shape), DATATYPES[array.dtype.name])
        tensor.set_data_from_numpy(array, binary_data=binary)
        given.append(tensor)
    with triton.InferenceServerClient(f"127.0.0.1:{running.port}", network_timeout=60.0) as client:
        answer = client.infer("tested", given)
        return {output["name"]: answer.as_numpy(output["name"]) for output in answer.get_response()["outputs"]}


def metadata(running: Running) -> dict[str, Any]:
    answer: dict[str, Any] = running.http.get("/v2/models/tested").json()
    return answer


def same(found: Any, expected: Any) -> bool:
    return bool(np.allclose(found, expected, atol=1e-5))
