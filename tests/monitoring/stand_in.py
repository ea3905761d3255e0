"""Scenarios of rules -> an exporter that serves their series, in the place of those that need a cluster or a card.

It stands in for kube-state-metrics, the kubelet's cAdvisor, NVIDIA's DCGM exporter and vLLM: names, labels and values
are those of the scenarios, by which promtool tests the same rules; what is real is Prometheus, over a real scrape.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mlspec.plan.monitoring.scenarios import Scenario
from mlspec.plan.monitoring.scenarios.scenario import Series

_TIMES = ("_time", "_created", "_started")
"""Endings of gauges that hold a time: scenarios begin at the epoch."""
_ENDED_AT = 900


class StandIn:
    """`port` is where it answers; a counter grows with each scrape, and never falls when the state changes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._lock = threading.Lock()
        self._counted: dict[str, Decimal] = {}
        self._series: list[Series] = []

    def show(self, scenarios: Sequence[Scenario]) -> None:
        """From now on the last state of each; of two values of one series the later scenario's."""
        with self._lock:
            self._series = list({each.selector: each for one in scenarios for each in one.series}.values())

    def page(self) -> str:
        with self._lock:
            return "".join(f"{each.selector} {self._value(each)}\n" for each in self._series)

    def _value(self, series: Series) -> Decimal:
        last = series.phases[-1]
        if last.growth:
            self._counted[series.selector] = self._counted.get(series.selector, Decimal(0)) + last.growth
        value = (last.level or Decimal(0)) + self._counted.get(series.selector, Decimal(0))
        return value + Decimal(time.time()) - _ENDED_AT if series.metric.endswith(_TIMES) else value


@contextmanager
def stand_in() -> Iterator[StandIn]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = exporter.page().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    exporter = StandIn(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield exporter
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
