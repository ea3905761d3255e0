"""A server process of the tests: started like an image starts it, or forked, its log read line by line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

import mlspec_runtime
from tests.runtime.warm import start_warm

PATIENCE = 180.0
"""Seconds after which a test gives up; far beyond what anything here takes, so that a busy machine fails no test."""


class Running:
    """`log` grows while the process runs. `http` is a client for it. A `warm` one has not imported all of it anew."""

    def __init__(self, image: Path, environment: dict[str, str] | None = None, *, warm: bool = False) -> None:
        self.image = image
        self.log: list[dict[str, Any]] = []
        self.raw: list[str] = []
        self._changed = threading.Condition()
        self._making_client = threading.Lock()
        self._settings = image / "settings.json"
        variables = {
            **os.environ,
            "PYTHONPATH": str(Path(mlspec_runtime.__file__).parents[1]),
            "MLSPEC_PORT": "0",
            "MLSPEC_SETTINGS": str(self._settings),
            **(environment or {}),
        }
        self.process = start_warm(image, variables) if warm and not environment else _start(image, variables)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._http: httpx.Client | None = None

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.raw.append(line)
                if line.startswith("{"):
                    self.log.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, action: str, **names: object) -> dict[str, Any]:
        """The first log line with this `event.action` and these fields (`_` for `.`)."""
        wanted = {"event.action": action} | {name.replace("_", "."): value for name, value in names.items()}

        def found() -> list[dict[str, Any]]:
            return [line for line in self.log if wanted.items() <= line.items()]

        with self._changed:
            self._changed.wait_for(lambda: found() or self.process.poll() is not None, PATIENCE)
            assert found(), f"no {wanted} in the log:\n{''.join(self.raw)}"
            return found()[0]

    @property
    def port(self) -> int:
        return int(self.wait_for("listen")["url.port"])

    @property
    def http(self) -> httpx.Client:
        with self._making_client:
            if self._http is None:
                self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE, trust_env=False)
            return self._http

    def ready(self) -> Running:
        self.wait_for("ready")
        return self

    def exit_status(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(10.0)
        if self._reader.is_alive():
            self._kill_what_is_left()
            raise AssertionError("a process that it started outlives it")
        return status

    def _kill_what_is_left(self) -> None:
        mark = f"MLSPEC_SETTINGS={self._settings}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)

    def stop(self) -> int:
        if self._http is not None:
            self._http.close()
        if self.process.poll() is None:
            self.process.terminate()
        status = self.exit_status()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def metric(self, name: str, **labels: str) -> float:
        """The sum over all series of `name` with these labels."""
        from prometheus_client.parser import text_string_to_metric_families

        families = text_string_to_metric_families(self.http.get("/metrics").text)
        return sum(
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


def _start(image: Path, variables: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "main.py"],
        cwd=image,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def eventually(condition: Callable[[], bool], every: float = 0.01) -> None:
    """Waits until the condition holds, asking every so many seconds; fails after PATIENCE."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it never became true"
        time.sleep(every)
