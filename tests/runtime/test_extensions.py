"""Statistics, repository index, SageMaker's two paths, and the OpenAPI document."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from tritonclient import http as triton

from mlspec_runtime.endpoints import endpoints
from tests.runtime.conftest import Start
from tests.runtime.image import tensor
from tests.runtime.running import Running
from tests.runtime.test_batching import GATED, infer


def test_statistics_are_tritons(start: Start) -> None:
    running = start(GATED, {"batching": {}}).ready()
    for _ in range(3):
        assert infer(running, 1.0, 2.0).status_code == 200
    infer(running, 13.0, 2.0)
    with triton.InferenceServerClient(f"127.0.0.1:{running.port}") as client:
        (stats,) = client.get_inference_statistics("tested")["model_stats"]
        assert client.get_inference_statistics()["model_stats"][0]["name"] == "tested"
    assert (stats["name"], stats["version"]) == ("tested", "1.2.0")
    assert (stats["inference_count"], stats["execution_count"]) == (4, 4)
    assert stats["last_inference"] > 1_600_000_000_000
    counts = {name: duration["count"] for name, duration in stats["inference_stats"].items()}
    assert counts["success"] == 3
    assert counts["fail"] == 1
    assert counts["queue"] == 4
    assert stats["inference_stats"]["success"]["ns"] > stats["inference_stats"]["compute_infer"]["ns"] * 0.5 > 0


@pytest.mark.parametrize("body", [b"", b"{}", b'{"ready": true}'])
def test_repository_index(churn: Running, body: bytes) -> None:
    answer = churn.http.post("/v2/repository/index", content=body)
    assert answer.json() == [{"name": "churn", "version": "1.2.0", "state": "READY", "reason": ""}]


def test_repository_index_of_tritons_client(churn: Running) -> None:
    with triton.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
        assert client.get_model_repository_index()[0]["name"] == "churn"
    assert churn.http.post("/v2/repository/index", json={"ready": 1}).status_code == 400


def test_repository_index_while_loading(start: Start) -> None:
    running = start("import time\ntime.sleep(600)")
    running.wait_for("listen")
    assert running.http.post("/v2/repository/index").json()[0]["state"] == "LOADING"
    assert running.http.post("/v2/repository/index", json={"ready": True}).json() == []
    running.process.kill()


INVOCATIONS: list[tuple[str, Any, Any]] = [
    ("application/json", b'{"instances": [[1, 2], [3.5, 4]]}', {"predictions": [3.0, 7.5]}),
    ("application/json", b'{"instances": [{"x": [1, 2]}, {"x": [3.5, 4]}]}', {"predictions": [3.0, 7.5]}),
    ("text/csv", b"1,2\n3.5,4\n", "3.0\n7.5\n"),
    ("text/csv; charset=utf-8", b'"1","2"\r\n', "3.0\n"),
]


@pytest.fixture(scope="module")
def adder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.runtime.image import write_image

    described = {
        "format": "python",
        "inputs": [tensor("x", "FP64", -1, 2)],
        "outputs": [tensor("y", "FP64", -1)],
    }
    running = Running(write_image(tmp_path_factory.mktemp("adder"), described, {"batching": {}}, GATED))
    yield running.ready()
    running.stop()


@pytest.mark.parametrize(("kind", "body", "expected"), INVOCATIONS)
def test_invocations(adder: Running, kind: str, body: bytes, expected: Any) -> None:
    response = adder.http.post("/invocations", content=body, headers={"content-type": kind})
    assert response.status_code == 200
    assert (response.text if isinstance(expected, str) else response.json()) == expected


def test_invocations_take_infer_requests(adder: Running) -> None:
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [1, 2]}]}
    assert adder.http.post("/invocations", json=body).json()["outputs"][0]["data"] == [3.0]


BAD_INVOCATIONS: list[tuple[str, bytes, int, str]] = [
    ("application/xml", b"<x/>", 415, "use JSON or text/csv"),
    ("application/json", b'{"instances": []}', 400, "at least one row"),
    ("application/json", b'{"instances": [[1], [2, 3]]}', 400, "same length"),
    ("application/json", b'{"instances": [["a", "b"]]}', 400, "must hold numbers"),
    ("application/json", b'{"instances": [[1, 2, 3]]}', 400, "the model takes [-1, 2]"),
    ("application/json", b'{"instances": [{"x": 1}]}', 400, "the model takes [-1, 2]"),
    ("application/json", b'{"instances": [{"x": [1, 2]}, [3, 4]]}', 400, "exactly the inputs x"),
    ("application/json", b'{"instances": [{"x": [1, 2], "z": 3}]}', 400, "exactly the inputs x"),
    ("application/json", b'{"dataframe_records": [{"x": 1}]}', 400, '{"instances": [[…], …]}, CSV rows as text/csv'),
    ("application/json", b"{}", 400, 'or an infer request {"inputs": […]}'),
    ("text/csv", b"a,b\n", 400, "not rows of numbers"),
    ("text/csv", b"", 400, "at least one row"),
    ("text/csv", b"\xff", 400, "not rows of numbers"),
]


@pytest.mark.parametrize(("kind", "body", "status", "message"), BAD_INVOCATIONS)
def test_bad_invocations(adder: Running, kind: str, body: bytes, status: int, message: str) -> None:
    response = adder.http.post("/invocations", content=body, headers={"content-type": kind})
    assert response.status_code == status
    assert message in response.json()["error"]


WEIGHED = """
import numpy as np

class Handler:
    def predict(self, inputs):
        words = np.array([len(word) for word in inputs["word"].tolist()])
        return {"y": inputs["x"].sum(axis=1) * words}
"""
SEVERAL = {"inputs": [tensor("x", "FP64", -1, 2), tensor("word", "BYTES", -1)]}


def test_invocations_of_several_inputs_are_objects(start: Start) -> None:
    running = start(WEIGHED, {"batching": {}}, SEVERAL).ready()
    rows = [{"x": [1, 2], "word": "abc"}, {"word": "é", "x": [0.5, 0]}]
    assert running.http.post("/invocations", json={"instances": rows}).json() == {"predictions": [9.0, 1.0]}
    bad: list[dict[str, Any]] = [
        {"instances": [[1, 2]]},
        {"instances": [{"x": [1, 2]}]},
        {"rows": []},
        {"instances": []},
    ]
    for body in bad:
        answer = running.http.post("/invocations", json=body)
        assert answer.status_code == 400, body
    said = running.http.post("/invocations", json={"instances": [[1, 2]]}).json()["error"]
    assert 'send {"instances": [{"x": …, "word": …}, …]}, or an infer request' in said


def test_openapi_has_every_path_and_describes_what_is_taken(churn: Running) -> None:
    document = churn.http.get("/openapi.json").json()
    table = type("S", (), {"manifest": type("M", (), {"name": "churn", "version": "1.2.0"})})
    silent = {"/v2/", "/v2/models/churn/feedback"}  # labels are documented where they are wanted
    assert set(document["paths"]) == set(endpoints(table)) - silent  # type: ignore[arg-type] # the two names are all it reads
    operation = document["paths"]["/v2/models/churn/infer"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    good = {"inputs": [{"name": "features", "datatype": "FP64", "shape": [1, 30], "data": [0.0] * 30}]}
    jsonschema_rs.validate(schema, good)
    answer = churn.http.post("/v2/models/churn/infer", json=good)
    jsonschema_rs.validate(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json())
    good["inputs"][0]["datatype"] = "FP32"
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(schema, good)
