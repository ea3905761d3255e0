"""A real Prometheus sees the features of a real server drift, tells so, and sees them come back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import httpx
import numpy as np
from msgspec.structs import replace

from mlspec.plan.monitoring.drift_alert import DriftWatch
from tests.monitoring.live import in_time, prometheus, shortened
from tests.monitoring.subjects import OWED, groups_of, rules_document
from tests.runtime.conftest import Start
from tests.runtime.conftest import start as start  # the fixture, which pytest finds by its name here
from tests.runtime.image import tensor
from tests.runtime.running import Running

HANDLER = """
class Handler:
    def predict(self, inputs):
        return {"y": inputs["x"][:, 0]}
"""
BOUNDS, SHARES = [-0.5, 0.0, 0.5], [0.309, 0.191, 0.191, 0.309, 0.0]
FEATURES = [
    {"name": f"x{place}", "input": "x", "column": place, "bounds": BOUNDS, "shares": SHARES} for place in (0, 1)
]
ALERT = ("MlspecFeatureDrift", "ticket")
SUBJECT = replace(OWED, drift=DriftWatch(Decimal("0.2"), 200, 3600))


class Rows:
    """Twenty rows at a time; the first column has the mean `mean`."""

    def __init__(self, running: Running) -> None:
        self.mean = 0.0
        self._url = f"http://127.0.0.1:{running.port}/v2/models/churn/infer"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def _send(self) -> None:
        random = np.random.default_rng(0)
        with httpx.Client(trust_env=False, timeout=60) as client:
            while not self._over.wait(0.1):
                rows = random.normal([self.mean, 0.0], 1.0, (20, 2)).tolist()
                client.post(self._url, json={"inputs": [{**tensor("x", "FP64", 20, 2), "data": rows}]})

    @contextmanager
    def flowing(self) -> Iterator[Rows]:
        self._thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._thread.join()


def test_drift_is_seen_to_begin_and_to_end(start: Start, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    program = require_tool("prometheus")
    (tmp_path / "image0").mkdir()
    (tmp_path / "image0" / "drift.json").write_text(json.dumps({"features": FEATURES}))
    settings = {"drift": {"window": 3, "reference": "drift.json"}}
    running = start(HANDLER, settings, {"name": "churn"}).ready()
    rules = shortened(rules_document(groups_of(SUBJECT, None)))
    with prometheus(program, rules, SUBJECT, running.port, tmp_path) as watching, Rows(running).flowing() as rows:
        drifted = 'ALERTS{alertname="MlspecFeatureDrift",alertstate="firing",feature="x%d"}'
        in_time(lambda: (watching.value("min(mlspec_drift_samples)") or 0) >= 200)
        assert ALERT not in watching.firing()
        rows.mean = 1.0
        in_time(lambda: ALERT in watching.firing())
        assert watching.value(drifted % 0) == 1
        assert watching.value(drifted % 1) is None, "a feature that has not drifted"
        rows.mean = 0.0
        in_time(lambda: ALERT not in watching.firing())
        assert watching.faults() == []
