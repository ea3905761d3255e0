"""What it costs to give every answer an id for labels: one server with and one without, turn by turn; prints ratios.

Needs `wrk` and `taskset`. Both servers run all the time on core 0, each idle while the other is asked.
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
from contextlib import ExitStack
from pathlib import Path

import httpx
import numpy as np
import psutil

from compare import LOADS, Load, fit_models, free_port, measure
from servers import ROOT, ROWS, SERVE, SERVERS

SETTINGS = {
    "off": {},
    "accuracy": {"metric": "accuracy", "output": "y", "samples": 500},
    "auc": {"metric": "auc", "output": "y", "samples": 500},
}


class Served:
    """One server for one of the settings."""

    def __init__(self, name: str, model: Path, folder: Path) -> None:
        folder.mkdir()
        manifest = {
            **{"name": "m", "version": "1", "format": "sklearn", "path": str(model), "predict": "predict_proba"},
            "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 30]}],
            "outputs": [{"name": "y", "datatype": "FP64", "shape": [-1, 2]}],
        }
        settings = {"batching": {"maxSize": ROWS}} | ({"accuracy": SETTINGS[name]} if SETTINGS[name] else {})
        (folder / "model.json").write_text(json.dumps(manifest))
        (folder / "settings.json").write_text(json.dumps(settings))
        port = free_port()
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", sys.executable, "-c", SERVE, str(folder / "model.json")],
            env={
                **os.environ,
                **{"PYTHONPATH": str(ROOT / "compiler"), "MLSPEC_PORT": str(port), "OMP_NUM_THREADS": "1"},
                "MLSPEC_SETTINGS": str(folder / "settings.json"),
            },
            stdout=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        while True:
            try:
                if httpx.get(f"{self.url}/v2/health/ready", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)

    def rate(self, load: Load, seconds: int) -> float:
        """Requests for each second of its processor's time: what others do on the machine takes little of it away."""
        before = self._used()
        answered = measure(load, SERVERS[0], self.url, self.folder, seconds).rate * seconds
        return answered / (self._used() - before)

    def _used(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """MB of resident memory."""
        rss: int = psutil.Process(self.process.pid).memory_info().rss
        return rss / 1e6

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--metric", choices=["accuracy", "auc"], default="accuracy")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        model = fit_models(Path(name))["lr"]
        off, on = (Served(each, model, Path(name) / each) for each in ("off", chosen.metric))
        stack.callback(off.stop)
        stack.callback(on.stop)
        print("| load | requests per CPU second without | with | with / without, median of pairs | quartiles |")
        print("|---|---|---|---|---|")
        for load in (LOADS[0], LOADS[3], LOADS[4]):
            compare(load, off, on, chosen.pairs, chosen.seconds)
        print(f"\nresident memory: {off.memory():.1f} MB off, {on.memory():.1f} MB on")


def compare(load: Load, off: Served, on: Served, pairs: int, seconds: int) -> None:
    """One second each to warm up; then who comes first takes turns, too."""
    for served in (off, on):
        served.rate(load, 1)
    rates: list[tuple[float, float]] = []
    for index in range(pairs):
        if index % 2:
            later, earlier = on.rate(load, seconds), off.rate(load, seconds)
            rates.append((earlier, later))
        else:
            rates.append((off.rate(load, seconds), on.rate(load, seconds)))
    ratios = [with_ids / without for without, with_ids in rates]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    before, after = np.median(rates, axis=0)
    print(f"| {load.name} | {before:,.0f} | {after:,.0f} | {middle:.3f} | {low:.3f} to {high:.3f} |", flush=True)


if __name__ == "__main__":
    main()
