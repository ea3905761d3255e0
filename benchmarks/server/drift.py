"""What watching for drift costs the server: throughput with it and without, in turns, and memory with 100 features.

Needs `wrk` and `taskset`. Each round runs both, in changing order, so that what the machine does otherwise hits both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import joblib
import numpy as np
import psutil
from sklearn.linear_model import LogisticRegression

from compare import free_port, milliseconds
from servers import ROOT, SERVE

FEATURES = 100
BUCKETS = 10


@dataclass(frozen=True)
class Load:
    name: str
    rows: int
    connections: int
    binary: bool = False


LOADS = [
    Load("1 row JSON, 64 connections", 1, 64),
    Load("256 rows JSON, 8 connections", 256, 8),
    Load("256 rows binary, 8 connections", 256, 8, binary=True),
]


class Running:
    """The server on core 0, with a model of `FEATURES` inputs."""

    def __init__(self, folder: Path, *, watched: bool) -> None:
        self.port = free_port()
        settings: dict[str, Any] = {"batching": {"maxSize": 2048}}
        if watched:
            settings["drift"] = {"window": 600, "reference": "drift.json"}
        file = folder / f"settings-{watched}.json"
        file.write_text(json.dumps(settings))
        environment = {"MLSPEC_SETTINGS": str(file), "MLSPEC_PORT": str(self.port)}
        environment["PYTHONPATH"] = str(ROOT / "compiler")
        command = ["taskset", "-c", "0", sys.executable, "-c", SERVE, str(folder / "model.json")]
        self._process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"
        while not self._is_ready():
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/v2/health/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def memory(self) -> float:
        """Megabytes that are its own."""
        return float(psutil.Process(self._process.pid).memory_full_info().uss) / 1e6

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def prepare(folder: Path) -> None:
    """A model, and a reference that its rows are like."""
    rows = np.random.default_rng(0).normal(size=(500, FEATURES))
    joblib.dump(LogisticRegression().fit(rows, rows[:, 0] > 0), folder / "model.joblib")
    inputs = [{"name": "x", "datatype": "FP32", "shape": [-1, FEATURES]}]
    manifest = {"name": "m", "version": "1", "format": "sklearn", "path": "model.joblib", "inputs": inputs}
    (folder / "model.json").write_text(json.dumps(manifest))
    bounds = np.quantile(rows, np.arange(1, BUCKETS) / BUCKETS, axis=0).T.tolist()
    shares = [1 / BUCKETS] * BUCKETS + [0.0]
    features = [
        {"name": f"f{place}", "input": "x", "column": place, "bounds": bounds[place], "shares": shares}
        for place in range(FEATURES)
    ]
    (folder / "drift.json").write_text(json.dumps({"features": features}))
    for load in LOADS:
        (folder / f"{load.name}.lua").write_text(script(folder, load))


def script(folder: Path, load: Load) -> str:
    values = np.random.default_rng(1).normal(size=(load.rows, FEATURES)).astype(np.float32)
    tensor: dict[str, Any] = {"name": "x", "shape": list(values.shape), "datatype": "FP32"}
    body, headers = folder / f"{load.name}.body", {"Content-Type": "application/json"}
    if load.binary:
        head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": values.nbytes}}]}).encode()
        body.write_bytes(head + values.tobytes())
        headers |= {"Inference-Header-Content-Length": str(len(head))}
    else:
        body.write_text(json.dumps({"inputs": [{**tensor, "data": values.ravel().tolist()}]}))
    stated = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in headers.items())
    return f'wrk.method = "POST"\nlocal f = io.open("{body}", "rb")\nwrk.body = f:read("*a")\n{stated}'


def measure(load: Load, running: Running, folder: Path, seconds: float) -> tuple[float, float]:
    """Requests for each second of the server's own processor time, and the 99th percentile in milliseconds.

    On a machine that does other things too, a second of the clock says little; one of the processor does.
    """
    process = psutil.Process(running._process.pid)
    before = process.cpu_times()
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s", "--timeout", "10"]
    command += ["--latency", "-s", str(folder / f"{load.name}.lua"), f"{running.url}/v2/models/m/infer"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in shown:
        raise RuntimeError(shown)
    after = process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    requests = int(shown.partition(" requests in ")[0].split()[-1])
    return requests / spent, milliseconds("99%", shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--loads", default="", help="a part of the loads' names")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        without, watched = Running(folder, watched=False), Running(folder, watched=True)
        try:
            loads = [load for load in LOADS if chosen.loads in load.name]
            compare(without, watched, loads, folder, chosen.rounds, chosen.seconds)
        finally:
            without.stop()
            watched.stop()


def compare(without: Running, watched: Running, loads: list[Load], folder: Path, rounds: int, seconds: int) -> None:
    idle = watched.memory() - without.memory()
    print("| load | requests a second of processor time, without | with | with / without, median of pairs | half |")
    print("|---|---|---|---|---|")
    for load in loads:
        pairs = []
        for number in range(rounds):
            order = (without, watched) if number % 2 else (watched, without)
            found = {id(running): measure(load, running, folder, seconds)[0] for running in order}
            pairs.append((found[id(without)], found[id(watched)]))
        ratios = [after / before for before, after in pairs]
        low, middle, high = statistics.quantiles(ratios, n=4)
        rates = [statistics.median(column) for column in zip(*pairs, strict=True)]
        print(
            f"| {load.name} | {rates[0]:,.0f} | {rates[1]:,.0f} | {middle:.3f} | {low:.3f} to {high:.3f} |", flush=True
        )
    print(f"\nmemory for {FEATURES} features: {idle:.1f} MB more at the start, ", end="")
    print(f"{watched.memory() - without.memory():.1f} MB after all loads")


if __name__ == "__main__":
    main()
