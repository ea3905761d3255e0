"""A server that answers what it is asked to, and callers who later say what was right."""

from __future__ import annotations

from typing import Any

import httpx

from tests.runtime.conftest import Start
from tests.runtime.image import tensor
from tests.runtime.running import PATIENCE, Running

ECHO = """
class Handler:
    def predict(self, inputs):
        x = inputs["x"]
        return {"class": x[:, 0].astype("int64"), "scores": x, "score": x[:, 0], "two": x[:, :2]}
"""
OUTPUTS = [
    tensor("class", "INT64", -1),
    tensor("scores", "FP64", -1, 3),
    tensor("score", "FP64", -1),
    tensor("two", "FP64", -1, 2),
]
Rows = list[list[float]]


class Labelled:
    """A running server; each request goes over a connection of its own, so that any worker may get it."""

    def __init__(self, running: Running) -> None:
        self.running = running

    def post(self, path: str, body: object) -> httpx.Response:
        with httpx.Client(base_url=str(self.running.http.base_url), timeout=PATIENCE, trust_env=False) as client:
            return client.post(f"/v2/models/tested/{path}", json=body)

    def ask(self, rows: Rows, own: str | None = None) -> dict[str, Any]:
        flat = [each for row in rows for each in row]
        body: dict[str, Any] = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [len(rows), 3], "data": flat}]}
        response = self.post("infer", body | ({"id": own} if own is not None else {}))
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def asked(self, rows: Rows) -> str:
        """The id that the server gives an answer."""
        name: str = self.ask(rows)["id"]
        return name

    def label(self, name: str, *labels: object) -> httpx.Response:
        return self.post("feedback", {"id": name, "labels": list(labels)})

    def metric(self, name: str, **labels: str) -> float:
        return self.running.metric(name, **labels)


def labelled(
    start: Start,
    metric: str,
    output: str,
    workers: int = 1,
    code: str = ECHO,
    batching: int | None = None,
    outputs: list[dict[str, Any]] = OUTPUTS,
    **more: object,
) -> Labelled:
    """The latest 500 labels for one of the outputs."""
    accuracy = {"metric": metric, "output": output, "samples": 500, **more}
    manifest = {"inputs": [tensor("x", "FP64", -1, 3)], "outputs": outputs}
    settings = {"accuracy": accuracy, "workers": workers} | ({"batching": {"maxSize": batching}} if batching else {})
    return Labelled(start(code, settings, manifest).ready())
