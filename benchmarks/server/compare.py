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
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

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
    parser.add_argument("--results", type=Path, required=True, help="JSON lines; what is there already counts too")
    parser.add_argument("--only", default="", help="names of servers, separated by ;")
    parser.add_argument("--loads", default="", help="parts of the loads' names, separated by ;")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    chosen = parser.parse_args()
    servers = [server for server in SERVERS if not chosen.only or server.name in chosen.only.split(";")]
    loads = [load for load in LOADS if any(part in load.name for part in chosen.loads.split(";"))]
    with tempfile.TemporaryDirectory() as folder, chosen.results.open("a") as results:
        run(servers, loads, chosen.peers, Path(folder), chosen.rounds, chosen.seconds, results)
    report(loads, chosen.results)


def run(
    servers: list[Server], loads: list[Load], peers: Path, folder: Path, rounds: int, seconds: int, results: TextIO
) -> None:
    """Every server once in each round, so that what the machine does otherwise hits all alike."""
    models = fit_models(folder)
    for _ in range(rounds):
        for server in servers:
            for model in dict.fromkeys(load.model for load in loads):
                mine = [load for load in loads if load.model == model and (server.speaks_binary or not load.binary)]
                for line in measure_all(server, mine, models[model], peers, folder, seconds):
                    print(json.dumps(line), file=results, flush=True)


def measure_all(
    server: Server, loads: list[Load], model: Path, peers: Path, folder: Path, seconds: int
) -> Iterator[dict[str, Any]]:
    """One server under all loads of a model, after a second to warm up; a peer that fails is said and passed over."""
    port = free_port()
    python = str(peers / server.environment / "bin/python") if server.environment else sys.executable
    try:
        running = Running(server, python, port, model, folder / str(port), 0, body_of(LOADS[1], server)[0])
    except RuntimeError as error:
        print(f"{server.name} did not start: {error}", file=sys.stderr)
        return
    try:
        yield {"server": server.name, "model": model.stem, "start": running.start_seconds, "memory": running.memory()}
        for load in loads:
            measure(load, server, running.url, folder / str(port), 1)
            found = measure(load, server, running.url, folder / str(port), seconds)
            yield {"server": server.name, "load": load.name, **asdict(found)}
    finally:
        running.stop()


def report(loads: list[Load], file: Path) -> None:
    """A table for each load, best first, with each server's rate against ours; medians over all rounds."""
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for load in loads:
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in lines:
            if line.get("load") == load.name:
                rows[line["server"]].append(line)
        rates = {name: median(found, "rate") for name, found in rows.items()}
        mine = rates.get("mlspec")
        print(f"\n### {load.name}\n\n| server | requests/s | p50 ms | p99 ms | runs | mlspec is |")
        print("|---|---|---|---|---|---|")
        for name, rate in sorted(rates.items(), key=lambda pair: -pair[1]):
            found = rows[name]
            ratio = f"{mine / rate:.2f} ×" if mine else ""
            latencies = f"{median(found, 'p50'):.2f} | {median(found, 'p99'):.2f}"
            flaw = f" ({max(one['errors'] for one in found)} errors)" if any(one["errors"] for one in found) else ""
            print(f"| {name}{flaw} | {rate:,.0f} | {latencies} | {len(found)} | {ratio} |")
    report_starts([line for line in lines if line.get("model") == "lr"])


def report_starts(lines: list[dict[str, Any]]) -> None:
    print("\n### Start to first answer, memory\n\n| server | seconds | MB |\n|---|---|---|")
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        rows[line["server"]].append(line)
    for name, found in sorted(rows.items(), key=lambda pair: median(pair[1], "start")):
        print(f"| {name} | {median(found, 'start'):.2f} | {median(found, 'memory') / 1e6:.0f} |")


def median(lines: list[dict[str, Any]], name: str) -> float:
    return statistics.median(line[name] for line in lines)


if __name__ == "__main__":
    main()
