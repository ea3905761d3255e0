"""The user's handler: sync and async, with steps around, batched or not, and what it may return."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

from tests.runtime.formats.conftest import Serve, infer, metadata
from tests.runtime.image import tensor

IN = {"format": "python", "inputs": [tensor("x", "FP64", -1, 2)]}
STEPS = """
import json, pathlib

class Handler:
    def load(self, path):
        self.factor = json.loads(path.read_text())["factor"]

    {asynchronous}def preprocess(self, inputs):
        return inputs["x"] * self.factor

    {asynchronous}def predict(self, x):
        return x.sum(axis=1)

    def postprocess(self, y):
        return {{"sum": y, "text": [f"{{value:g}}" for value in y]}}
"""


def check_steps(serve: Serve, folder: Path, asynchronous: str) -> None:
    (folder / "model.json.txt").write_text('{"factor": 10}')
    running = serve({**IN, "path": "model.json.txt"}, STEPS.format(asynchronous=asynchronous)).ready()
    assert [output["datatype"] for output in metadata(running)["outputs"]] == ["FP64", "BYTES"]
    answer = infer(running, {"x": np.array([[1.0, 2.0], [3.0, 4.0]])})
    assert answer["sum"].tolist() == [30.0, 70.0]
    assert answer["text"].tolist() == [b"30", b"70"]


def test_sync_steps(serve: Serve, tmp_path: Path) -> None:
    check_steps(serve, tmp_path, "")


def test_async_steps(serve: Serve, tmp_path: Path) -> None:
    check_steps(serve, tmp_path, "async ")


MEETING = """
import asyncio

class Handler:
    '''Nobody is answered before three requests are here.'''

    def __init__(self):
        self.here = 0

    async def predict(self, inputs):
        if not inputs["x"].any():
            return inputs["x"].sum(axis=1)
        self.here += 1
        while self.here < 3:
            await asyncio.sleep(0.01)
        return inputs["x"].sum(axis=1)
"""


def test_async_calls_run_at_the_same_time_up_to_concurrency(serve: Serve) -> None:
    running = serve(IN, MEETING, {"concurrency": 3}).ready()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda number: infer(running, {"x": np.full((1, 2), number)}), (1.0, 2.0, 3.0)))
    assert [answer["output"].tolist() for answer in answers] == [[2.0], [4.0], [6.0]]


def test_async_calls_beyond_concurrency_wait(serve: Serve) -> None:
    running = serve(IN, MEETING, {"concurrency": 2, "timeout": 1.0, "drain": 0.5}).ready()
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(infer, running, {"x": np.full((1, 2), number)}) for number in (1.0, 2.0, 3.0)]
        assert all("did not answer in time" in str(call.exception()) for call in calls)
    assert running.metric("mlspec_rejected_total", reason="timeout") >= 1


AROUND = """
from mlspec_runtime import InvalidInput

class Handler:
    def preprocess(self, inputs):
        if (inputs["x"] < 0).any():
            raise InvalidInput("x must not be negative")
        return {"x": inputs["x"] / 10}

    def postprocess(self, outputs):
        return {"rounded": outputs["predict"].round().astype(int)}
"""


def test_steps_around_another_format(serve: Serve, tmp_path: Path) -> None:
    x = np.arange(6.0).reshape(3, 2)
    joblib.dump(LinearRegression().fit(x, x.sum(axis=1)), tmp_path / "model.joblib")
    running = serve({**IN, "format": "sklearn", "path": "model.joblib"}, AROUND).ready()
    assert metadata(running)["outputs"] == [tensor("rounded", "INT64", -1)]
    assert infer(running, {"x": np.array([[10.0, 20.0]])})["rounded"].tolist() == [3]
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [-1, 0]}]}
    response = running.http.post("/v2/models/tested/infer", json=body)
    assert response.json() == {"error": "the model refuses the input: x must not be negative"}


def test_without_a_signature_anything_may_come_and_go(serve: Serve) -> None:
    code = "class Handler:\n    def predict(self, inputs):\n        return {'n': len(inputs), **inputs}\n"
    running = serve({"format": "python"}, code).ready()
    answer = infer(running, {"a": np.ones((2, 3)), "b": np.array([b"x"], dtype=object)})
    assert answer["n"].tolist() == 2
    assert answer["a"].shape == (2, 3)
    assert answer["b"].tolist() == [b"x"]


def test_a_handler_without_predict_refuses_to_start(serve: Serve) -> None:
    running = serve(IN, "class Handler:\n    pass\n")
    assert running.exit_status() == 1
    assert "has no method 'predict'" in running.wait_for("start", event_reason="handler")["message"]
