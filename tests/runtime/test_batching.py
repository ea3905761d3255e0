"""Batches: what is joined, what is split, who fails, who is dropped; a handler's log shows what the model saw."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from mlspec_runtime.batching import Backlog, Pending, join, split
from tests.runtime.conftest import Start
from tests.runtime.image import tensor
from tests.runtime.running import Running, eventually


class Client:
    disconnected = False


@pytest.fixture
def loop() -> Any:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def pending(loop: asyncio.AbstractEventLoop, rows: int, width: int = 2) -> Pending:
    return Pending({"x": np.full((rows, width), rows)}, rows, 0.0, float("inf"), Client(), loop.create_future())


def test_rows_are_counted_not_requests(loop: asyncio.AbstractEventLoop) -> None:
    backlog = Backlog(8, 100)
    for rows in (3, 4, 2, 8, 9, 1):
        backlog.append(pending(loop, rows))
    taken = [[request.rows for request in backlog.take().requests] for _ in range(5)]
    assert taken == [[3, 4], [2], [8], [9], [1]]


def test_other_signatures_keep_their_turn(loop: asyncio.AbstractEventLoop) -> None:
    backlog = Backlog(8, 100)
    for width in (2, 3, 2, 3):
        backlog.append(pending(loop, 1, width))
    first, second = backlog.take(), backlog.take()
    assert [request.inputs["x"].shape for request in first.requests] == [(1, 2), (1, 2)]
    assert [request.inputs["x"].shape for request in second.requests] == [(1, 3), (1, 3)]


def test_at_most_concurrency_requests_are_computed_at_once(loop: asyncio.AbstractEventLoop) -> None:
    backlog = Backlog(8, 2)
    for _ in range(3):
        backlog.append(pending(loop, 1))
    assert [len(backlog.take().requests) for _ in range(2)] == [2, 1]


def test_dead_requests_never_reach_the_model(loop: asyncio.AbstractEventLoop) -> None:
    backlog = Backlog(8, 100)
    answered, over_time, gone, alive = (pending(loop, 1) for _ in range(4))
    answered.future.cancel()
    over_time.deadline = 0.0
    gone.client = type("Gone", (), {"disconnected": True})()
    for request in (answered, over_time, gone, alive):
        backlog.append(request)
    batch = backlog.take()
    assert batch.requests == [alive]
    assert batch.dropped == [answered, over_time, gone]


def test_results_are_split_as_inputs_were_joined(loop: asyncio.AbstractEventLoop) -> None:
    requests = [pending(loop, rows) for rows in (1, 3, 2)]
    joined = join(requests)
    assert joined["x"].shape == (6, 2)
    parts = split({"y": joined["x"][:, 0]}, requests)
    assert [part["y"].tolist() for part in parts] == [[1], [3, 3, 3], [2, 2]]


GATED = """
import pathlib, time
from mlspec_runtime import InvalidInput

class Handler:
    '''A row of -1 holds the model until the gate is open; a 13 fails; a 14 is the client's fault.'''

    def predict(self, inputs):
        x = inputs["x"]
        if (x == 13).any():
            raise RuntimeError("thirteen")
        if (x == 14).any():
            raise InvalidInput("fourteen is not allowed")
        while (x == -1).any() and not pathlib.Path("gate").exists():
            time.sleep(0.01)
        return x.sum(axis=1)
"""


def infer(running: Running, *row: float) -> Any:
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": list(row)}]}
    return running.http.post("/v2/models/tested/infer", json=body)


def open_gate(running: Running) -> None:
    (running.image / "gate").touch()


def send_while_busy(running: Running, rows: list[tuple[float, float]]) -> list[Any]:
    """The answers to rows that all arrive while the model is at another call."""
    with ThreadPoolExecutor(len(rows) + 1) as pool:
        first = pool.submit(infer, running, -1, -1)
        eventually(lambda: running.metric("mlspec_requests_in_progress") == 1)
        eventually(lambda: running.metric("mlspec_queue_depth") == 0)  # the model has it
        others = [pool.submit(infer, running, *row) for row in rows]
        eventually(lambda: running.metric("mlspec_requests_in_progress") == 1 + len(rows))
        open_gate(running)
        answers = [other.result() for other in others]
        assert first.result().status_code == 200
        return answers


def test_what_queued_while_the_model_was_busy_is_one_batch(start: Start) -> None:
    running = start(GATED, {"batching": {"maxSize": 32}}).ready()
    answers = send_while_busy(running, [(number, 1.0) for number in range(10)])
    assert [answer.json()["outputs"][0]["data"] for answer in answers] == [[number + 1.0] for number in range(10)]
    assert running.metric("mlspec_batch_size_count") == 2
    assert running.metric("mlspec_batch_size_sum") == 11
    assert running.metric("mlspec_queue_duration_seconds_count") == 11
    assert running.metric("mlspec_predictions_total") == 11


def test_without_batching_the_model_sees_one_request_at_a_time(start: Start) -> None:
    running = start(GATED).ready()
    send_while_busy(running, [(1.0, 1.0)] * 4)
    assert running.metric("mlspec_batch_size_count") == running.metric("mlspec_batch_size_sum") == 5


def test_one_bad_request_fails_alone(start: Start) -> None:
    running = start(GATED, {"batching": {}}).ready()
    answers = send_while_busy(running, [(1.0, 2.0), (13.0, 0.0), (14.0, 0.0), (3.0, 4.0)])
    assert [answer.status_code for answer in answers] == [200, 500, 400, 200]
    assert answers[1].json() == {"error": "the model failed on this input"}
    assert answers[2].json() == {"error": "the model refuses the input: fourteen is not allowed"}
    assert answers[3].json()["outputs"][0]["data"] == [7.0]
    failure = running.wait_for("inference", event_outcome="failure")
    assert failure["error.message"] == "thirteen"
    assert "RuntimeError" in failure["error.stack_trace"]


def test_a_batch_that_is_not_full_is_held_for_max_wait(start: Start) -> None:
    running = start(GATED, {"batching": {"maxSize": 3, "maxWait": 30.0}}).ready()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda number: infer(running, number, 0.0), range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert running.metric("mlspec_batch_size_count") == 1


def test_a_full_queue_refuses_at_once(start: Start) -> None:
    running = start(GATED, {"concurrency": 1, "queue": 2}).ready()
    with ThreadPoolExecutor(3) as pool:
        accepted = [pool.submit(infer, running, -1, -1) for _ in range(3)]
        eventually(lambda: running.metric("mlspec_requests_in_progress") == 3)
        eventually(lambda: running.metric("mlspec_queue_depth") == 2)  # the model has the first
        refused = infer(running, 1.0, 1.0)
        open_gate(running)
        assert [future.result().status_code for future in accepted] == [200] * 3
    assert (refused.status_code, refused.json()) == (503, {"error": "the queue is full"})
    assert int(refused.headers["retry-after"]) >= 1
    assert running.metric("mlspec_rejected_total", reason="queue_full") == 1
    assert running.metric("mlspec_requests_total", code="503", endpoint="infer") == 1


def test_over_time_is_504_and_what_waited_never_reaches_the_model(start: Start) -> None:
    running = start(GATED, {"timeout": 0.2}).ready()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda row: infer(running, *row), [(-1, -1), (-1, -1)]))
    assert [answer.status_code for answer in answers] == [504, 504]
    open_gate(running)
    eventually(lambda: running.metric("mlspec_requests_in_progress") == 0)
    reached = running.metric("mlspec_batch_size_count")  # none, where the model's thread came to run too late
    assert reached <= 1
    assert running.metric("mlspec_rejected_total", reason="timeout") == 2 - reached


COLD = """
import time

class Handler:
    cold = True

    def predict(self, inputs):
        if self.cold:
            self.cold = False
            time.sleep(1)
        while (inputs["x"] == -1).any():
            time.sleep(0.01)
        return inputs["x"].sum(axis=1)
"""


def test_a_warm_up_that_takes_longer_than_a_request_may_turns_no_timeout_off(start: Start) -> None:
    running = start(COLD, {"timeout": 0.2, "drain": 0.5}).ready()
    assert infer(running, -1, -1).status_code == 504


def test_inputs_of_unlike_length_are_refused(start: Start) -> None:
    inputs = [tensor("x", "FP64", -1, 2), tensor("z", "FP64", -1)]
    running = start(GATED, {"batching": {}}, {"inputs": inputs}).ready()
    body = {
        "inputs": [
            {"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [1, 2]},
            {"name": "z", "datatype": "FP64", "shape": [2], "data": [1, 2]},
        ]
    }
    response = running.http.post("/v2/models/tested/infer", json=body)
    assert response.status_code == 400
    assert "different numbers of rows" in response.json()["error"]
