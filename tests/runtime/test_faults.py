"""Faults of a model that is running: each has its own outcome for the client, in the log and in the metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mlspec_runtime import metric_names as names
from mlspec_runtime.classes import ClassCounter
from tests.runtime.conftest import Start
from tests.runtime.image import tensor, write_image
from tests.runtime.running import Running, eventually
from tests.runtime.test_batching import infer

FAULTY = """
import sys

class Handler:
    def predict(self, inputs):
        x = inputs["x"]
        match int(x[0, 0]):
            case 1: raise RuntimeError("secret: tok-123")
            case 2: return x
            case 3: return x[:0, 0]
            case 4: return {"z": x[:, 0]}
            case 5: return "text"
            case 6: return x[:, 0] > 0
            case 7: return x[:, 0] * 1j
            case 8: raise MemoryError
            case 9: sys.exit(3)
            case 10: raise StopIteration
            case 11: return [[1], [1, 2]]
            case 12: return None
            case 13: raise KeyboardInterrupt
            case _: return x.sum(axis=1)
"""

FAILED = "the model failed on this input"
MISMATCH = "the model returned an answer that its signature does not allow"
CASES: list[tuple[int, str, str]] = [
    (1, FAILED, "RuntimeError"),
    (2, MISMATCH, "has shape [1, 2]; the spec says [-1]"),
    (3, MISMATCH, "has shape [0] for 1 input rows"),
    (4, MISMATCH, "output 'y' is missing; the model returned z"),
    (5, MISMATCH, "the spec says [-1]"),
    (6, MISMATCH, "is bool; the spec says FP64"),
    (7, MISMATCH, "is complex128; the spec says FP64"),
    (8, FAILED, "MemoryError"),
    (9, FAILED, "SystemExit"),
    (10, FAILED, "StopIteration"),
    (11, MISMATCH, "rows of different lengths"),
    (12, MISMATCH, "has shape []"),
    (13, FAILED, "KeyboardInterrupt"),
]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Any:

    described = {
        "format": "python",
        "inputs": [tensor("x", "FP64", -1, 2)],
        "outputs": [tensor("y", "FP64", -1)],
    }
    running = Running(write_image(tmp_path_factory.mktemp("faulty"), described, {"batching": {}}, FAULTY))
    yield running.ready()
    running.stop()


@pytest.mark.parametrize(("fault", "told", "logged"), CASES)
def test_faults(faulty: Running, fault: int, told: str, logged: str) -> None:
    failed = faulty.metric("mlspec_requests_total", code="500", endpoint="infer")
    lines = len(faulty.log)
    response = infer(faulty, fault, 0.0)
    assert (response.status_code, response.json()) == (500, {"error": told})
    assert faulty.metric("mlspec_requests_total", code="500", endpoint="infer") == failed + 1
    assert infer(faulty, 0.0, 2.0).json()["outputs"][0]["data"] == [2.0], "the next request is none the worse"

    def told_of() -> list[dict[str, Any]]:
        return [line for line in faulty.log[lines:] if line.get("event.outcome") == "failure"]

    eventually(lambda: bool(told_of()))  # the answer may be here before the line is read
    (line,) = told_of()
    assert logged in f"{line['error.type']} {line['error.message']}"
    assert "Traceback" in line["error.stack_trace"]


def test_a_batch_that_needs_too_much_memory_is_computed_one_by_one(start: Start) -> None:
    code = """
import time
class Handler:
    def predict(self, inputs):
        x = inputs["x"]
        if len(x) > 1:
            raise MemoryError
        time.sleep(0.05)
        return x.sum(axis=1)
"""
    from concurrent.futures import ThreadPoolExecutor

    running = start(code, {"batching": {}}).ready()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: infer(running, number, 1.0), range(8)))
    assert [answer.json()["outputs"][0]["data"] for answer in answers] == [[number + 1.0] for number in range(8)]


def test_a_model_that_hangs_while_loading_can_still_be_stopped(start: Start) -> None:
    running = start("import time\ntime.sleep(600)")
    assert running.http.get("/v2/health/live").status_code == 200
    assert running.stop() == 0


def test_an_answer_that_names_no_class_is_counted_without_one(start: Start) -> None:
    code = """
import numpy as np

class Handler:
    def predict(self, inputs):
        rows = inputs["x"]
        return np.array([{"of": "no class"} if row[0] else "spam" for row in rows], dtype=object)
"""
    running = start(code, manifest={"outputs": [tensor("y", "BYTES", -1)]}).ready()
    answers = [infer(running, row, 0.0).json()["outputs"][0]["data"] for row in (0.0, 1.0, 0.0)]
    assert answers == [["spam"], ["{'of': 'no class'}"], ["spam"]]
    assert [running.metric(names.PREDICTIONS, **{names.CLASS: name}) for name in ("spam", "")] == [2, 1]


def test_scores_that_are_no_numbers_name_no_class() -> None:
    rows = np.array([["yes", 0.9], ["no", 0.2]], dtype=object)
    assert ClassCounter(("a", "b")).count({"y": rows}, 2) == {"": 2}
