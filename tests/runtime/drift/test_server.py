"""A running server looks at every row that it answers, however it came, and says how far each feature has drifted."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from mlspec_runtime import metric_names as names
from mlspec_runtime.drift.inbox import MOST_ROWS
from mlspec_runtime.drift.reference import read_reference
from mlspec_runtime.errors import StartupError
from tests.runtime.conftest import Start
from tests.runtime.conftest import start as start  # the fixture, which pytest finds by its name here
from tests.runtime.image import tensor
from tests.runtime.running import PATIENCE, Running, eventually
from tests.runtime.test_metrics import OF_LABELS, exported

HANDLER = """
import os

class Handler:
    def predict(self, inputs):
        return {"y": inputs["x"][:, 0] * 2, "process": inputs["x"][:, 0] * 0 + os.getpid()}
"""
HALVES = {"bounds": [0.5], "shares": [0.5, 0.5, 0.0]}
FEATURES: list[dict[str, Any]] = [
    {"name": "age", "input": "x", "column": 0, **HALVES},
    {"name": "income", "input": "x", "column": 1, **HALVES},
    {"name": "plan", "input": "plan", "column": 0, "categories": ["basic", "pro"], "shares": [0.5, 0.5, 0.0, 0.0]},
    {"name": "y", "output": "y", "column": 0, **HALVES},
]
MANIFEST = {
    "inputs": [tensor("x", "FP64", -1, 2), tensor("plan", "BYTES", -1)],
    "outputs": [tensor("y", "FP64", -1), tensor("process", "FP64", -1)],
}
Watched = Callable[..., Running]


@pytest.fixture
def watched(start: Start, tmp_path: Path) -> Watched:
    """Starts a server that compares its rows with FEATURES."""

    def start_watched(features: Any = FEATURES, window: float = 600, **settings: Any) -> Running:
        (tmp_path / "image0").mkdir()
        (tmp_path / "image0" / "drift.json").write_text(json.dumps({"features": features}))
        return start(HANDLER, {"drift": {"window": window, "reference": "drift.json"}, **settings}, MANIFEST)

    return start_watched


def ask(running: Running, rows: list[tuple[float, float, str]], client: httpx.Client | None = None) -> float:
    """The process that answered."""
    inputs = [
        {"name": "x", "datatype": "FP64", "shape": [len(rows), 2], "data": [[age, income] for age, income, _ in rows]},
        {"name": "plan", "datatype": "BYTES", "shape": [len(rows)], "data": [plan for _, _, plan in rows]},
    ]
    answer = (client or running.http).post("/v2/models/tested/infer", json={"inputs": inputs})
    assert answer.status_code == 200, answer.text
    process: float = answer.json()["outputs"][1]["data"][0]
    return process


def ask_binary(running: Running, numbers: list[list[float]], plans: list[bytes]) -> None:
    raw = np.array(numbers).tobytes() + b"".join(len(plan).to_bytes(4, "little") + plan for plan in plans)
    sizes = (8 * np.array(numbers).size, len(raw) - 8 * np.array(numbers).size)
    inputs = [
        {"name": name, "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": size}}
        for (name, datatype, shape), size in zip(
            (("x", "FP64", [len(numbers), 2]), ("plan", "BYTES", [len(numbers)])), sizes, strict=True
        )
    ]
    head = json.dumps({"inputs": inputs}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    assert running.http.post("/v2/models/tested/infer", content=head + raw, headers=headers).status_code == 200


def samples(running: Running, feature: str = "age") -> float:
    return running.metric(names.DRIFT_SAMPLES, feature=feature)


def score(running: Running, feature: str) -> float:
    return running.metric(names.DRIFT_SCORE, feature=feature)


AS_EVER = [(0.0, 0.0, "basic"), (1.0, 1.0, "pro")]


def test_rows_are_counted_however_they_come(watched: Watched) -> None:
    running = watched().ready()
    assert samples(running) == 0
    assert names.DRIFT_SCORE + "{" not in running.http.get("/metrics").text, "a score of nothing"
    ask(running, AS_EVER)
    ask_binary(running, [[0.0, np.nan], [1.0, 1.0]], [b"basic", b""])
    instances = [{"x": [0.0, 0.0], "plan": "basic"}, {"x": [1.0, 1.0], "plan": "student"}]
    assert running.http.post("/invocations", json={"instances": instances}).status_code == 200
    eventually(lambda: samples(running) == 6)
    assert score(running, "age") == pytest.approx(0, abs=1e-9)
    assert score(running, "y") == pytest.approx(0, abs=1e-9)
    missing, other = score(running, "income"), score(running, "plan")
    assert 0.2 < missing < other
    ask(running, [(9.0, 1.0, "pro")] * 30)
    eventually(lambda: samples(running) == 36)
    assert score(running, "age") > 0.5
    assert score(running, "y") == pytest.approx(score(running, "age"))
    found = exported(running)
    assert set(found) == set(names.LABEL_NAMES) - OF_LABELS
    for name in (names.DRIFT_SCORE, names.DRIFT_SAMPLES, names.DRIFT_SKIPPED):
        assert found[name] == {tuple(sorted(names.LABEL_NAMES[name]))}


def test_what_a_refused_or_failed_request_held_does_not_count(watched: Watched) -> None:
    running = watched().ready()
    short = {"name": "x", "datatype": "FP64", "shape": [1, 1], "data": [1.0]}
    assert running.http.post("/v2/models/tested/infer", json={"inputs": [short]}).status_code == 400
    ask(running, AS_EVER)
    eventually(lambda: samples(running) == 2)


def test_old_rows_leave_the_window(watched: Watched) -> None:
    running = watched(window=2).ready()

    def seen() -> bool:
        ask(running, AS_EVER)  # again: who looks too late finds nothing any more
        return samples(running) > 0

    eventually(seen)
    eventually(lambda: samples(running) == 0)


def test_of_many_rows_some_are_looked_at_and_the_others_counted(watched: Watched) -> None:
    running = watched().ready()
    rows = AS_EVER * (3 * MOST_ROWS // 2)
    ask(running, rows)
    for _ in range(3):
        ask(running, AS_EVER)
    asked = len(rows) + 6
    eventually(lambda: samples(running) + running.metric(names.DRIFT_SKIPPED) == asked)
    assert samples(running) <= MOST_ROWS + 6
    assert score(running, "age") < 0.05


def test_the_rows_of_several_workers_add_up(watched: Watched) -> None:
    running = watched(FEATURES[:1], workers=2).ready()
    seen: set[float] = set()
    asked = 0
    while len(seen) < 2 or asked < 10:
        with httpx.Client(base_url=str(running.http.base_url), timeout=PATIENCE, trust_env=False) as client:
            seen.add(ask(running, AS_EVER, client))
        asked += 2
    eventually(lambda: samples(running) == asked)
    assert score(running, "age") == pytest.approx(0, abs=1e-9)
    os.kill(int(seen.pop()), signal.SIGKILL)
    running.wait_for("worker-restart")  # until it has ended, a request may still reach it, and be cut off
    assert samples(running) < asked


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([{**FEATURES[0], "shares": [1.0]}], "shares"),
        ([{**FEATURES[0], "output": "y"}], "input or output"),
        ([{"name": "age"}], "column"),
        ("none", "list"),
    ],
)
def test_a_broken_reference_is_refused(tmp_path: Path, features: Any, said: str) -> None:
    file = tmp_path / "drift.json"
    file.write_text(json.dumps({"features": features}))
    with pytest.raises(StartupError, match=said):
        read_reference(file)


def test_a_missing_reference_refuses_to_start(start: Start) -> None:
    running = start(HANDLER, {"drift": {"window": 60, "reference": "drift.json"}})
    assert running.exit_status() == 1
    assert "drift.json" in running.wait_for("start", event_outcome="failure", event_reason="drift")["message"]
