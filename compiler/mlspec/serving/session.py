"""A server's process from its start to its end: what it says, how it is doing, and the exit status that it deserves."""

from __future__ import annotations

import json
import queue
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from mlspec.client.exchange import Address, NoAnswer, Request, exchange
from mlspec.client.signature import read_specs

from .example_request import curl
from .figures import Reading, live_line, read_figures
from .log_text import told
from .process import HOST, Server
from .screen import Screen

TICK = 1.0
"""Seconds between two readings of the figures."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Failure:
    """The server ended by itself; `reason` is its own."""

    reason: str


class Session:
    """Owns the terminal while the server runs; with `logs` it shows the server's log instead of what to act on."""

    def __init__(self, model: str, folder: Path, screen: Screen, *, logs: bool) -> None:
        self._model = model
        self._folder = folder
        self._screen = screen
        self._logs = logs
        self._server: Server | None = None
        self._address: Address | None = None
        self._ready = False
        self._refuses_zeros = False
        self._stops = 0
        self._last_words = ""
        self._tick_at = 0.0
        self._reading: tuple[float, Reading] | None = None

    def run(self, start: Callable[[], Server]) -> Failure | None:
        """Until the server has ended; None where somebody asked for that."""
        with self._until_signal():
            self._screen.live(f"{self._model} is loading")
            server = self._server = start()
            if self._stops:
                server.terminate()
            while (record := self._next(server)) is not None:
                self._handle(record)
            status = server.status()
        self._screen.close()
        return None if self._stops else Failure(self._reason(status))

    @contextmanager
    def _until_signal(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        try:
            yield
        finally:
            if self._server is not None:
                self._server.kill()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        """The first time the server may finish what it has accepted."""
        self._stops += 1
        if self._server is None:
            return
        if self._stops == 1:
            self._server.terminate()
        else:
            self._server.kill()

    def _next(self, server: Server) -> dict[str, Any] | None:
        """The next record; meanwhile the figures, each second."""
        while True:
            left = self._tick_at - time.monotonic()
            if left <= 0:
                self._show_figures()
                self._tick_at = time.monotonic() + TICK
                continue
            try:
                return server.records.get(timeout=left)
            except queue.Empty:
                continue

    def _handle(self, record: dict[str, Any]) -> None:
        action = record.get("event.action")
        if action == "listen":
            self._address = Address(secure=False, host=HOST, port=int(record["url.port"]), timeout=5.0)
        elif action == "ready" and not self._ready:
            self._ready = True
            self._introduce()
        elif action == "warm-up" and "error.type" in record:
            self._refuses_zeros = True
        elif action == "drain" and self._stops:
            self._screen.live("finishing what was accepted")
        self._tell(record)

    def _tell(self, record: dict[str, Any]) -> None:
        text = told(record, self._folder)
        if record.get("event.reason") == "bind":
            text = f"error: {record['message']}; take another with --port, 0 for any that is free"
        self._last_words = text or self._last_words
        # Why it does not start is said once, at the end; before it listens nobody but Python itself speaks.
        is_reason = record.get("event.action") == "start" or (self._address is None and "log.level" not in record)
        if self._logs:
            self._screen.line(json.dumps(record, ensure_ascii=False), err=True)
        elif text is not None and not is_reason:
            self._screen.line(text, err=True)

    def _introduce(self) -> None:
        if self._address is None:
            return
        self._screen.line(f"{self._address}   docs: {self._address}/openapi.json")
        try:
            metadata = exchange(self._address, Request("GET", f"/v2/models/{self._model}"))
            inputs = read_specs(json.loads(metadata.body), "inputs")
        except NoAnswer:
            return  # it has ended already, and its last words say why
        except ValueError:
            self._screen.line("the model says nothing of its inputs: write them under `spec.model.inputs`")
            return
        command = curl(str(self._address), self._model, inputs, self._folder)
        if command and self._refuses_zeros:
            self._screen.line("the model may refuse these values; put some that it takes in their place:")
        self._screen.line(command or "an input is FP16, which has no JSON form: ask with tritonclient")
        self._show_figures()

    def _show_figures(self) -> None:
        if not (self._screen.is_terminal and self._ready and self._address) or self._stops:
            return
        try:
            page = exchange(self._address, Request("GET", "/metrics")).body.decode()
        except NoAnswer:
            return
        now, reading = time.monotonic(), read_figures(page)
        if self._reading is not None:
            then, before = self._reading
            self._screen.live(live_line(before, reading, max(now - then, 1e-3)))
        self._reading = now, reading

    def _reason(self, status: int) -> str:
        if self._last_words:
            return self._last_words.removeprefix("error: ")
        if status < 0:
            name = signal.Signals(-status).name
            return f"the server was ended by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
        return f"the server ended with status {status} and said nothing"
