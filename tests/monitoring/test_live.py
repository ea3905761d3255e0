"""Rules, metrics and server agree: a real Prometheus sees a real server fail, tells so, and sees it recover."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from msgspec.structs import replace

from mlspec.plan.monitoring import latency_buckets
from mlspec.spec.monitoring import Monitoring
from tests.monitoring.live import in_time, prometheus, shortened
from tests.monitoring.seen import SEEN_ON_THE_SERVER
from tests.monitoring.subjects import OWED, groups_of, rules_document, slo
from tests.runtime.conftest import Start
from tests.runtime.conftest import start as start  # the fixture, which pytest finds by its name here
from tests.runtime.running import Running

HANDLER = """
import time
import numpy as np

class Handler:
    def predict(self, inputs):
        x = inputs["x"]
        if (x == 13).any():
            raise RuntimeError("unlucky")
        if (x == 14).any():
            time.sleep(0.4)
        return {"y": x[:, 0]}
"""
GOOD, BROKEN, SLOW = 1.0, 13.0, 14.0
OBJECTIVES = slo("99%", ("99%", "1s"))
"""Far beyond what a busy machine makes of a good request; a slow one waits for those of three other clients as well."""
RATIO = "namespace_model:mlspec_failed_requests_per_requests:ratio_rate3d"
COUNT = "namespace_model:mlspec_requests:increase1h"
BURNS = {("MlspecErrorBudgetBurn", "page"), ("MlspecErrorBudgetBurn", "ticket")}
LATENCY_BURNS = {("MlspecLatencyBudgetBurn", "page"), ("MlspecLatencyBudgetBurn", "ticket")}


class Traffic:
    """Requests one after the other by several clients; `value` is what they send."""

    def __init__(self, running: Running, clients: int = 4) -> None:
        self.value = GOOD
        self._url = f"http://127.0.0.1:{running.port}/v2/models/churn/infer"
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(clients)]

    def _send(self) -> None:
        with httpx.Client(trust_env=False, timeout=60) as client:
            while not self._over.wait(0.1):
                data = {"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [self.value, 0.0]}
                try:
                    client.post(self._url, json={"inputs": [data]})
                except httpx.TransportError:
                    return

    @contextmanager
    def flowing(self) -> Iterator[Traffic]:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()


def _server(start: Start, **settings: object) -> Running:
    buckets = latency_buckets(Monitoring(slo=OBJECTIVES))
    return start(HANDLER, {"latencyBuckets": list(buckets), **settings}, {"name": "churn"}).ready()


def test_objectives_are_seen_to_break_and_to_recover(
    start: Start, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    program, running = require_tool("prometheus"), _server(start)
    rules = shortened(rules_document(groups_of(OWED, OBJECTIVES)))
    with prometheus(program, rules, OWED, running.port, tmp_path) as watching, Traffic(running).flowing() as traffic:
        in_time(lambda: watching.value(RATIO) == 0 and (watching.value(COUNT) or 0) > 100)
        assert watching.firing() & (BURNS | LATENCY_BURNS) == set()
        traffic.value = BROKEN
        in_time(lambda: watching.firing() >= BURNS)
        assert not watching.firing() & LATENCY_BURNS
        traffic.value = GOOD
        in_time(lambda: not watching.firing() & BURNS)
        traffic.value = SLOW
        in_time(lambda: watching.firing() >= LATENCY_BURNS)
        assert not watching.firing() & BURNS
        traffic.value = GOOD
        in_time(lambda: not watching.firing() & LATENCY_BURNS)
        assert (watching.value("namespace_model:mlspec_failed_requests_per_requests:ratio_rate30d") or 0) > 0
        assert watching.faults() == []


def test_refusals_a_slow_start_and_a_death_are_seen(
    start: Start, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    program, running = require_tool("prometheus"), _server(start, concurrency=1, queue=0)
    hasty = replace(OWED, startup_budget=0)
    rules = shortened(rules_document(groups_of(hasty, None)))
    with prometheus(program, rules, hasty, running.port, tmp_path) as watching:
        with Traffic(running).flowing() as traffic:
            traffic.value = SLOW
            in_time(lambda: watching.firing() == {("MlspecStartupSlow", "ticket"), ("MlspecRequestsRefused", "ticket")})
        in_time(lambda: watching.firing() == {("MlspecStartupSlow", "ticket")})
        running.stop()
        in_time(lambda: watching.firing() == {("MlspecMetricsAbsent", "page")})
        assert watching.faults() == []
        seen = watching.were_pending()
    assert {name for name, _ in seen | BURNS | LATENCY_BURNS} == set(SEEN_ON_THE_SERVER)
