"""Servers side by side: prints requests per second, latencies and the ratios that the project holds itself to.

Needs `wrk` and `taskset`, and one virtual environment for each peer below `--peers` (see README.md).
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from servers import SERVERS, Running, Server


@dataclass(frozen=True)
class Load:
    """`model` is `lr` or `forest`."""

    name: str
    model: str
    rows: int
    connections: int
    binary: bool = False


LOADS = [
    Load("LR, 1 row, 64 connections", "lr", 1, 64),
    Load("LR, 1 row, 1 connection", "lr", 1, 1),
    Load("forest, 1 row, 64 connections", "forest", 1, 64),
    Load("LR, 256 rows JSON, 8 connections", "lr", 256, 8),
    Load("LR, 256 rows binary, 8 connections", "lr", 256, 8, binary=True),
]


@dataclass(frozen=True)
class Measured:
    """Latencies in milliseconds."""

    rate: float
    p50: float
    p99: float
    errors: int


def body_of(load: Load, server: Server) -> tuple[bytes, dict[str, str]]:
    rows = load_breast_cancer().data[: load.rows].astype(np.float32)
    tensor = {"name": "x", "shape": list(rows.shape), "datatype": "FP32"}
    if server.nested:
        return json.dumps({"rows": rows.tolist()}).encode(), {}
    if not load.binary:
        return json.dumps({"inputs": [{**tensor, "data": rows.ravel().tolist()}]}).encode(), {}
    head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": rows.nbytes}}]}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head)), "Content-Type": "application/octet-stream"}
    return head + rows.tobytes(), headers


def measure(load: Load, server: Server, url: str, folder: Path, seconds: int) -> Measured:
    body, headers = body_of(load, server)
    (folder / "body").write_bytes(body)
    lines = [
        f'wrk.headers["{name}"] = "{value}"' for name, value in ({"Content-Type": "application/json"} | headers).items()
    ]
    script = f'wrk.method = "POST"\nlocal f = io.open("{folder}/body", "rb")\nwrk.body = f:read("*a")\n' + "\n".join(
        lines
    )
    (folder / "load.lua").write_text(script)
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{load.connections}", f"-d{seconds}", "--timeout", "10"]
    command += ["--latency", "-s", str(folder / "load.lua"), f"{url}/v2/models/m/infer"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    errors = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", shown)))
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", shown)[0])
    return Measured(rate, milliseconds("50%", shown), milliseconds("99%", shown), errors)


def milliseconds(label: str, shown: str) -> float:
    value, unit = re.findall(rf"{label}\s+([\d.]+)(us|ms|s|m)\b", shown)[0]
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fit_models(folder: Path) -> dict[str, Path]:
    x, y = load_breast_cancer(return_X_y=True)
    fitted = {
        "lr": LogisticRegression(max_iter=10_000).fit(x, y),
        "forest": RandomForestClassifier(100, random_state=0).fit(x, y),
    }
    for name, model in fitted.items():
        joblib.dump(model, folder / f"{name}.joblib")
    return {name: folder / f"{name}.joblib" for name in fitted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="folder with one virtual environment for each peer")
    parser.add_argument("--only", default="", help="names of servers, separated by ;")
    parser.add_argument("--loads", default="", help="part of the loads' names")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    chosen = parser.parse_args()
    servers = [server for server in SERVERS if not chosen.only or server.name in chosen.only.split(";")]
    loads = [load for load in LOADS if chosen.loads in load.name]
    with tempfile.TemporaryDirectory() as folder:
        results, starts = run(servers, loads, chosen.peers, Path(folder), chosen.rounds, chosen.seconds)
    report(loads, results, starts)


Results = dict[tuple[str, str], list[Measured]]
Starts = dict[str, list[tuple[float, int]]]


def run(
    servers: list[Server], loads: list[Load], peers: Path, folder: Path, rounds: int, seconds: int
) -> tuple[Results, Starts]:
    """Every server once in each round, so that what the machine does otherwise hits all alike."""
    models = fit_models(folder)
    results: Results = defaultdict(list)
    starts: Starts = defaultdict(list)
    for turn in range(rounds):
        for server in servers:
            python = str(peers / server.environment / "bin/python") if server.environment else sys.executable
            for model in dict.fromkeys(load.model for load in loads):
                port = free_port()
                place = folder / f"{port}"
                body = body_of(LOADS[1], server)[0]
                running = Running(server, python, port, models[model], place, 0, body)
                if model == "lr":
                    starts[server.name].append((running.start_seconds, running.memory()))
                for load in loads:
                    if load.model == model and (server.speaks_binary or not load.binary):
                        measure(load, server, running.url, place, 1)
                        found = measure(load, server, running.url, place, seconds)
                        results[load.name, server.name].append(found)
                        print(f"{turn} {server.name:20} {load.name:36} {found}", file=sys.stderr, flush=True)
                running.stop()
    return results, starts


def report(loads: list[Load], results: Results, starts: Starts) -> None:
    """A table for each load, best first, with each server's rate as a share of ours."""
    for load in loads:
        rows = {name: found for (at, name), found in results.items() if at == load.name}
        medians = {name: statistics.median(one.rate for one in found) for name, found in rows.items()}
        mine = medians.get("mlspec")
        print(f"\n### {load.name}\n\n| server | requests/s | p50 ms | p99 ms | mlspec is |\n|---|---|---|---|---|")
        for name, rate in sorted(medians.items(), key=lambda pair: -pair[1]):
            found = rows[name]
            p50, p99 = (statistics.median(getattr(one, part) for one in found) for part in ("p50", "p99"))
            ratio = f"{mine / rate:.2f} ×" if mine else ""
            flaw = f" ({max(one.errors for one in found)} errors)" if any(one.errors for one in found) else ""
            print(f"| {name}{flaw} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {ratio} |")
    print("\n### Start to first answer, memory\n\n| server | seconds | MB |\n|---|---|---|")
    for name, found in sorted(starts.items(), key=lambda pair: pair[1][0]):
        seconds, memory = (statistics.median(one[part] for one in found) for part in (0, 1))
        print(f"| {name} | {seconds:.2f} | {memory / 1e6:.0f} |")


if __name__ == "__main__":
    main()
