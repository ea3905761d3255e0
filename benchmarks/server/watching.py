"""What watching costs the server: its processor's time for 1,000 requests, with drift, with accuracy, with both.

Needs `wrk` and `taskset`. One server watches in turns (`turns.py`): two processes with the same code differ by up to a
tenth, for whatever reason, and that is more than what is measured here.
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
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import joblib
import numpy as np
import psutil
from sklearn.linear_model import LogisticRegression

from compare import free_port
from servers import HERE, ROOT, ROWS, SERVE
from turns import KINDS, SLOT, Turn

FEATURES = 100
BUCKETS = 10
PARTS = 4
DRIFT = {"drift": {"window": 600, "reference": "drift.json"}}


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
    """The server, with a model of `FEATURES` inputs; `log` is what it prints."""

    def __init__(self, folder: Path, name: str, watched: dict[str, Any], *program: str) -> None:
        settings, port = folder / f"{name}.json", free_port()
        settings.write_text(json.dumps({"batching": {"maxSize": ROWS}} | watched))
        environment = {"MLSPEC_SETTINGS": str(settings), "MLSPEC_PORT": str(port), "OMP_NUM_THREADS": "1"}
        environment["PYTHONPATH"] = str(ROOT / "compiler")
        command = ["taskset", "-c", "0", sys.executable, *program, str(folder / "model.json")]
        self._folder = folder
        self.log = folder / f"{name}.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(command, env=os.environ | environment, stdout=log)
        self._url = f"http://127.0.0.1:{port}"
        while not self._is_ready():
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self._url}/v2/health/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def memory(self) -> float:
        """Megabytes that are its own."""
        return float(psutil.Process(self._process.pid).memory_full_info().uss) / 1e6

    def load(self, load: Load, seconds: float) -> None:
        command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{load.connections}", f"-d{round(seconds)}s", "--timeout"]
        command += ["10", "-s", str(self._folder / f"{load.name}.lua"), f"{self._url}/v2/models/m/infer"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in shown:
            raise RuntimeError(shown)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def prepare(folder: Path) -> None:
    """A model, and a reference that its rows are like."""
    rows = np.random.default_rng(0).normal(size=(500, FEATURES))
    joblib.dump(LogisticRegression().fit(rows, rows[:, 0] > 0), folder / "model.joblib")
    manifest = {
        **{"name": "m", "version": "1", "format": "sklearn", "path": "model.joblib", "predict": "predict_proba"},
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, FEATURES]}],
        "outputs": [{"name": "y", "datatype": "FP64", "shape": [-1, 2]}],
    }
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=40, help="for each load")
    parser.add_argument("--loads", default="", help="a part of the loads' names")
    parser.add_argument("--metric", choices=["accuracy", "auc"], default="accuracy")
    chosen = parser.parse_args()
    loads = [load for load in LOADS if chosen.loads in load.name]
    watched = DRIFT | {"accuracy": {"metric": chosen.metric, "output": "y", "samples": 500}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        running = Running(folder, "turns", watched, str(HERE / "turns.py"))
        print("| load | requests/s | µs for one | watched | µs more | share |\n|---|---|---|---|---|---|")
        for load in loads:
            began = time.monotonic()
            running.load(load, chosen.seconds)
            show(load, turns(running.log, began, time.monotonic()))
        running.stop()
        print("\n| watched | memory at the start, MB | after the loads |\n|---|---|---|")
        for kind, asked in (("nothing", {}), ("both", watched)):
            running = Running(folder, kind, asked, "-c", SERVE)
            start = running.memory()
            for load in loads:
                running.load(load, 5)
            print(f"| {kind} | {start:.1f} | {running.memory():.1f} |")
            running.stop()


def turns(log: Path, began: float, ended: float) -> list[dict[str, Turn]]:
    """The rounds that lie in that time, but for its first second."""
    rounds: dict[int, dict[str, Turn]] = defaultdict(dict)
    for line in log.read_text().splitlines():
        told = json.loads(line)
        if "loop" in told:
            turn = Turn(**told)
            if began + 1 < turn.began < ended - 2 * SLOT and turn.requests:
                rounds[turn.number // len(KINDS)][turn.kind] = turn
    return [found for found in rounds.values() if len(found) == len(KINDS)]


def show(load: Load, rounds: list[dict[str, Turn]]) -> None:
    """What is watched costs time of the loop's and the model's thread; drift has one of its own, for all its turns.

    Neighbouring turns are compared. Whatever else the machine does makes some of them dear: the highest and the lowest
    fifth of the differences are left out. In brackets the least and the most of `PARTS` parts of the time.
    """
    every = [turn for found in rounds for turn in found.values()]
    rate = sum(turn.requests for turn in every) / (SLOT * len(every))
    looking = sum(turn.drift for turn in every) / sum(turn.requests for turn in every)
    without = statistics.median(found["nothing"].whole / found["nothing"].requests for found in rounds)
    for kind in KINDS[1:]:
        differences = [cost(found[kind]) - cost(found["nothing"]) for found in rounds]
        besides = looking if kind in ("drift", "both") else 0.0
        more = middle(differences) + besides
        length = len(differences) // PARTS
        parts = [middle(differences[part * length :][:length]) + besides for part in range(PARTS)]
        share = f"{more / without:.1%} ({min(parts) / without:.1%} to {max(parts) / without:.1%})"
        print(f"| {load.name} | {rate:,.0f} | {1e6 * without:.1f} | {kind} | {1e6 * more:.1f} | {share} |", flush=True)


def cost(turn: Turn) -> float:
    """Seconds of processor time for a request."""
    return (turn.loop + turn.model) / turn.requests


def middle(values: Sequence[float]) -> float:
    """The mean of the middle three fifths."""
    cut = len(values) // 5
    return statistics.fmean(sorted(values)[cut : len(values) - cut])


if __name__ == "__main__":
    main()
