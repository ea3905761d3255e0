"""The servers that are compared, each as a command of its own virtual environment."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEERS = HERE / "peers"

ROWS = 2048
"""The largest batch of the servers that count rows: all that eight requests of 256 bring. The others count requests."""


@dataclass(frozen=True)
class Server:
    """`command` takes the interpreter, the port, the model's file and a folder to write into.

    `environment` is the name of the virtual environment below the folder of peers; empty: this one.
    """

    name: str
    environment: str
    command: Callable[[str, int, Path, Path], list[str]]
    variables: Callable[[Path], dict[str, str]] = lambda _: {}
    speaks_binary: bool = False
    nested: bool = False
    batches: bool = field(default=False)


SERVE = "import mlspec_runtime, pathlib, sys; mlspec_runtime.serve(pathlib.Path(sys.argv[1]))"


def script(name: str, *more: str) -> Callable[[str, int, Path, Path], list[str]]:
    return lambda python, port, model, _: [python, str(PEERS / name), str(port), str(model), *more]


def ours(python: str, port: int, model: Path, folder: Path) -> list[str]:
    manifest = {
        "name": "m",
        "version": "1",
        "format": "sklearn",
        "path": str(model),
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 30]}],
    }
    (folder / "model.json").write_text(json.dumps(manifest))
    (folder / "settings.json").write_text(json.dumps({"batching": {"maxSize": ROWS}}))
    os.environ |= {"MLSPEC_SETTINGS": str(folder / "settings.json"), "MLSPEC_PORT": str(port)}
    return [python, "-c", SERVE, str(folder / "model.json")]


def ours_without_metrics(python: str, port: int, model: Path, folder: Path) -> list[str]:
    """Ours, but nothing is counted: what the metrics cost."""
    command = ours(python, port, model, folder)
    command[2] = f"from prometheus_client import *; Counter.inc = Histogram.observe = lambda *_: None; {SERVE}"
    return command


def mlserver(batch: int) -> Callable[[str, int, Path, Path], list[str]]:
    def command(python: str, port: int, model: Path, folder: Path) -> list[str]:
        settings = {
            "http_port": port,
            "grpc_port": port - 1,
            "metrics_port": port - 2,
            "parallel_workers": 0,
            "debug": False,
            "host": "127.0.0.1",
        }
        described = {
            "name": "m",
            "implementation": "mlserver_sklearn.SKLearnModel",
            "parameters": {"uri": str(model), "version": "1"},
        }
        if batch > 1:
            described |= {"max_batch_size": batch, "max_batch_time": 0.005}
        (folder / "settings.json").write_text(json.dumps(settings))
        (folder / "model-settings.json").write_text(json.dumps(described))
        return [str(Path(python).with_name("mlserver")), "start", str(folder)]

    return command


def bentoml(python: str, port: int, _: Path, __: Path) -> list[str]:
    command = str(Path(python).with_name("bentoml"))
    return [command, "serve", "bentoml_service:Served", "--working-dir", str(PEERS), "-p", str(port)]


def bento_variables(batch: int) -> Callable[[Path], dict[str, str]]:
    return lambda model: {"MODEL": str(model), "BATCH": str(batch), "BENTOML_DO_NOT_TRACK": "True"}


def compiler_path(_: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT / "compiler")}


SERVERS = [
    Server("mlspec", "mlspec", ours, compiler_path, speaks_binary=True, batches=True),
    Server("mlspec, no metrics", "mlspec", ours_without_metrics, compiler_path, speaks_binary=True, batches=True),
    Server("constant", "mlspec", script("constant.py"), speaks_binary=True),
    Server("fastapi", "fastapi", script("fastapi_by_hand.py")),
    Server("kserve", "kserve", script("kserve_server.py"), speaks_binary=True),
    Server("mlserver", "mlserver", mlserver(1)),
    Server("mlserver, batching", "mlserver", mlserver(ROWS), batches=True),
    Server("litserve", "litserve", script("litserve_server.py", "1")),
    Server("litserve, batching", "litserve", script("litserve_server.py", "64"), batches=True),
    Server("bentoml", "bentoml", bentoml, bento_variables(1), nested=True),
    Server("bentoml, batching", "bentoml", bentoml, bento_variables(ROWS), nested=True, batches=True),
    Server("ray", "ray", script("ray_server.py", "1")),
    Server("ray, batching", "ray", script("ray_server.py", "64"), batches=True),
]


class Running:
    """A started server, pinned to one core. `start_seconds` is from exec to its first answer of 200."""

    def __init__(
        self, server: Server, python: str, port: int, model: Path, folder: Path, core: int, body: bytes
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.url = f"http://127.0.0.1:{port}"
        command = ["taskset", "-c", str(core), *server.command(python, port, model, folder)]
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        started = time.perf_counter()
        with (folder / "log").open("wb") as log:
            self.process = psutil.Popen(
                command,
                env={**os.environ, **threads, **server.variables(model)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait(body, folder)
        self.start_seconds = time.perf_counter() - started

    def _wait(self, body: bytes, folder: Path) -> None:
        for _ in range(6000):
            if self.process.poll() is not None:
                break
            try:
                headers = {"content-type": "application/json"}
                if httpx.post(f"{self.url}/v2/models/m/infer", content=body, headers=headers).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.01)
        self.stop()
        raise RuntimeError((folder / "log").read_text()[-2000:])

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def memory(self) -> int:
        """Resident bytes of the process and all it started; pages that they share are counted once."""
        return sum(process.memory_full_info().pss for process in self.family())

    def cpu_seconds(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self.family())

    def stop(self) -> None:
        family = self.family() if self.process.is_running() else []
        for process in family[:1]:
            process.terminate()
        _, alive = psutil.wait_procs(family, timeout=8)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=8)
