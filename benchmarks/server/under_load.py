"""What must hold under load, measured: `overload`, `shutdown` (SIGTERM again and again) and `soak`.

Usage: under_load.py overload|shutdown|soak [--seconds N] [--times N]. Starts the server itself; prints one line each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import psutil

from servers import ROOT

sys.path.insert(0, str(ROOT))
from tests.runtime.image import tensor, write_image
from tests.runtime.running import Running

MODEL = """
import time

class Handler:
    '''8 ms for a call and 0.25 ms for a row, without the interpreter's lock: 800 rows a second in batches of 8.'''

    def predict(self, inputs):
        x = inputs["x"]
        time.sleep(0.008 + 0.00025 * len(x))
        return x.sum(axis=1)
"""
BODY = json.dumps({"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 4], "data": [1, 2, 3, 4]}]}).encode()
REQUEST = b"POST /v2/models/tested/infer HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)


@dataclass
class Tally:
    """Answers by status, with the seconds that each took; `lost` are requests that got no answer."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    terminated: float = float("inf")

    def add(self, status: str, seconds: float) -> None:
        self.seconds.setdefault(status, []).append(seconds)

    def count(self, status: str) -> int:
        return len(self.seconds.get(status, []))

    def percentile(self, status: str, percent: int) -> float:
        return statistics.quantiles(self.seconds[status], n=100)[percent - 1] if self.count(status) > 1 else 0.0


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, bool]:
    """The status, and whether the connection may be used again."""
    writer.write(REQUEST)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    return head[9:12].decode(), b"connection: close" not in head


async def client(port: int, tally: Tally, pause: Callable[[], Awaitable[None]], until: Callable[[], bool]) -> None:
    """One connection after another, one request after another. A refused connection is no accepted request."""
    while not until():
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return
        usable = True
        while usable and not until():
            await pause()
            started = perf_counter()
            try:
                status, usable = await ask(reader, writer)
            except (OSError, EOFError) as error:
                when = "before" if started < tally.terminated else "after"
                tally.lost[f"sent {when} SIGTERM: {type(error).__name__}"] += 1
                break
            tally.add(status, perf_counter() - started)
        writer.close()


async def load(port: int, connections: int, seconds: float, rate: float | None = None) -> Tally:
    """With a rate, about so many requests per second over all connections; else as many as are answered."""
    tally = Tally()
    end = perf_counter() + seconds

    async def pause() -> None:
        if rate is not None:
            await asyncio.sleep(connections / rate)

    clients = [client(port, tally, pause, lambda: perf_counter() > end) for _ in range(connections)]
    await asyncio.gather(*clients)
    return tally


def start(folder: Path, **settings: object) -> Running:
    described = {"format": "python", "inputs": [tensor("x", "FP64", -1, 4)], "outputs": [tensor("y", "FP64", -1)]}
    chosen = {"batching": {"maxSize": 8}, "concurrency": 16, "queue": 16, **settings}
    return Running(write_image(folder, described, chosen, MODEL)).ready()


def overload(folder: Path, seconds: float) -> None:
    running = start(folder)
    memory = psutil.Process(running.process.pid).memory_info
    capacity = asyncio.run(load(running.port, 32, seconds / 6)).count("200") / (seconds / 6)
    before = memory().rss
    tally = asyncio.run(load(running.port, 400, seconds, 2 * capacity))
    good = tally.count("200") / seconds
    offered = sum(map(len, tally.seconds.values())) / seconds
    refused = [name for name in tally.seconds if name != "200"]
    shown = ", ".join(f"{name}: {tally.count(name)}, p99 {tally.percentile(name, 99) * 1e3:.1f} ms" for name in refused)
    print(f"capacity {capacity:.0f}/s, offered {offered:.0f}/s, goodput {good:.0f}/s ({good / capacity:.0%})")
    print(f"refused {shown}; 200 p99 {tally.percentile('200', 99) * 1e3:.1f} ms; lost {dict(tally.lost)}")
    print(f"memory {before / 1e6:.1f} -> {memory().rss / 1e6:.1f} MB")
    running.stop()


def shutdown(folder: Path, times: int) -> None:
    total: Counter[str] = Counter()
    slowest = 0.0
    for turn in range(times):
        running = start(folder / str(turn), drain=10.0)
        tally, seconds = asyncio.run(_stop_under_load(running))
        slowest = max(slowest, seconds)
        total.update(
            {status: tally.count(status) for status in tally.seconds} | {f"lost, {n}": c for n, c in tally.lost.items()}
        )
        assert running.exit_status() == 0
        running.stop()
    print(f"{times} times SIGTERM under 64 connections: {dict(total)}; slowest end {slowest:.2f} s")


async def _stop_under_load(running: Running) -> tuple[Tally, float]:
    tally = Tally()

    async def pause() -> None:
        return None

    clients = [client(running.port, tally, pause, lambda: running.process.poll() is not None) for _ in range(64)]
    loads = asyncio.gather(*clients)
    await asyncio.sleep(0.3)
    running.process.terminate()
    started = tally.terminated = perf_counter()
    while running.process.poll() is None:
        await asyncio.sleep(0.01)
    ended = perf_counter() - started
    await loads
    return tally, ended


def soak(folder: Path, seconds: float) -> None:
    running = start(folder)
    process = psutil.Process(running.process.pid)
    capacity = asyncio.run(load(running.port, 32, 5)).count("200") / 5
    for part in range(10):
        tally = asyncio.run(load(running.port, 32, seconds / 10, 0.8 * capacity))
        print(
            f"{(part + 1) * seconds / 10:.0f} s: {tally.count('200') * 10 / seconds:.0f}/s, "
            f"p50 {tally.percentile('200', 50) * 1e3:.2f} ms, p99 {tally.percentile('200', 99) * 1e3:.2f} ms, "
            f"{process.memory_info().rss / 1e6:.1f} MB, {process.num_fds()} descriptors, lost {dict(tally.lost)}",
            flush=True,
        )
    running.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["overload", "shutdown", "soak"])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--times", type=int, default=50)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if chosen.what == "shutdown":
            shutdown(Path(name), chosen.times)
        else:
            {"overload": overload, "soak": soak}[chosen.what](Path(name), chosen.seconds)


if __name__ == "__main__":
    main()
