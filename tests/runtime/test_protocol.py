"""Every row of the protocol's table, over plain HTTP against the started server."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.runtime.running import Running

MODEL = "/v2/models/churn"
ROW = [float(number) for number in range(30)]


def request(**changes: Any) -> dict[str, Any]:
    tensor = {"name": "features", "datatype": "FP64", "shape": [1, 30], "data": ROW} | changes
    return {"inputs": [{key: value for key, value in tensor.items() if value is not None}]}


GETS: list[tuple[str, Any]] = [
    ("/v2/health/live", {"live": True}),
    ("/v2/health/ready", {"live": True, "ready": True}),
    (f"{MODEL}/ready", {"name": "churn", "ready": True}),
    (f"{MODEL}/versions/1.2.0/ready", {"name": "churn", "ready": True}),
    ("/ping", {}),
]


@pytest.mark.parametrize(("path", "body"), GETS)
def test_health(churn: Running, path: str, body: Any) -> None:
    response = churn.http.get(path)
    assert (response.status_code, response.json()) == (200, body)
    assert churn.http.head(path).status_code == 200


@pytest.mark.parametrize("path", ["/v2", "/v2/"])
def test_server_metadata(churn: Running, path: str) -> None:
    answer = churn.http.get(path).json()
    assert answer["name"] == "mlspec"
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert answer["version"] == project["version"]
    assert "binary_tensor_data" in answer["extensions"]


@pytest.mark.parametrize("path", [MODEL, f"{MODEL}/versions/1.2.0"])
def test_model_metadata_has_the_outputs_that_warm_up_showed(churn: Running, path: str) -> None:
    assert churn.http.get(path).json() == {
        "name": "churn",
        "versions": ["1.2.0"],
        "platform": "sklearn_joblib",
        "inputs": [{"name": "features", "datatype": "FP64", "shape": [-1, 30]}],
        "outputs": [{"name": "predict", "datatype": "INT64", "shape": [-1]}],
    }


@pytest.mark.parametrize("path", [f"{MODEL}/infer", f"{MODEL}/versions/1.2.0/infer"])
def test_infer_predicts_what_the_model_predicts(churn: Running, cancer: tuple[Any, Any], path: str) -> None:
    rows = cancer[0][:20]
    body = request(shape=[20, 30], data=rows.tolist()) | {"id": "abc"}
    answer = churn.http.post(path, json=body).json()
    assert {key: answer[key] for key in ("model_name", "model_version", "id")} == {
        "model_name": "churn",
        "model_version": "1.2.0",
        "id": "abc",
    }
    (output,) = answer["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("predict", "INT64", [20])
    assert output["data"] == cancer[1][:20].tolist()


def test_flat_and_nested_data_mean_the_same(churn: Running) -> None:
    flat = churn.http.post(f"{MODEL}/infer", json=request(shape=[2, 30], data=ROW + ROW))
    nested = churn.http.post(f"{MODEL}/infer", json=request(shape=[2, 30], data=[ROW, ROW]))
    assert flat.status_code == 200
    assert flat.json() == nested.json()


def test_without_id_there_is_none_in_the_answer(churn: Running) -> None:
    assert "id" not in churn.http.post(f"{MODEL}/infer", json=request()).json()


@pytest.mark.parametrize("content_type", [None, "application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_content_type_does_not_matter(churn: Running, content_type: str | None) -> None:
    body = httpx.Request("POST", "http://x", json=request()).content
    headers = {"content-type": content_type} if content_type else {}
    assert churn.http.post(f"{MODEL}/infer", content=body, headers=headers).status_code == 200


FAILURES: list[tuple[str, str, int, str]] = [
    ("GET", "/", 404, "nothing at /"),
    ("GET", "/v2/models/other", 404, "model 'other'"),
    ("POST", "/v2/models/other/infer", 404, "model 'other'"),
    ("GET", f"{MODEL}/versions/9", 404, "version '9'"),
    ("POST", f"{MODEL}/versions/9/infer", 404, "version '9'"),
    ("GET", f"{MODEL}/nothing", 404, "nothing at"),
    ("GET", f"{MODEL}/infer", 405, "use POST"),
    ("POST", "/v2/health/live", 405, "use GET"),
    ("DELETE", MODEL, 405, "use GET"),
]


@pytest.mark.parametrize(("method", "path", "status", "message"), FAILURES)
def test_wrong_paths_and_methods(churn: Running, method: str, path: str, status: int, message: str) -> None:
    response = churn.http.request(method, path)
    assert response.status_code == status
    assert message in response.json()["error"]
    assert ("allow" in response.headers) == (status == 405)


BAD_BODIES: list[tuple[str, Any, str]] = [
    ("empty", b"", "not valid JSON"),
    ("text", b"hello", "not valid JSON"),
    ("not UTF-8", b'{"inputs": "\xff"}', "not valid JSON"),
    ("beyond 64 bits", b'{"inputs": 123456789012345678901234567890}', "not valid JSON"),
    ("deep", b"[" * 100_000, "not valid JSON"),
    ("list", [], "must be a JSON object"),
    ("no inputs", {}, "needs inputs"),
    ("empty inputs", {"inputs": []}, "needs inputs"),
    ("inputs of text", {"inputs": ["x"]}, "list of objects"),
    ("no name", request(name=None), "needs a name"),
    ("wrong name", request(name="x"), "'x' is not one of the model's: features"),
    ("twice", {"inputs": request()["inputs"] * 2}, "given twice"),
    ("no datatype", request(datatype=None), "datatype must be one of"),
    ("unknown datatype", request(datatype="FLOAT"), "datatype must be one of"),
    ("wrong datatype", request(datatype="FP32"), "the model takes FP64"),
    ("no shape", request(shape=None), "shape must be a list"),
    ("negative shape", request(shape=[-1, 30]), "not negative"),
    ("shape of floats", request(shape=[1.0, 30]), "whole numbers"),
    ("shape of booleans", request(shape=[True, 30]), "whole numbers"),
    ("wrong shape", request(shape=[1, 29]), "the model takes [-1, 30]"),
    ("wrong rank", request(shape=[30]), "the model takes [-1, 30]"),
    ("huge shape", request(shape=[2**62, 30]), "data has 30 elements"),
    ("no rows", request(shape=[0, 30], data=[]), "no rows"),
    ("no data", request(data=None), "data must be a list"),
    ("short data", request(data=ROW[1:]), "data has 29 elements"),
    ("text in data", request(data=["1"] * 30), "must be numbers"),
    ("null in data", request(data=[None] * 30), "must be numbers"),
    ("ragged", request(shape=[2, 30], data=[ROW[1:], [*ROW, 1]]), "not nested as its shape"),
    ("number as row", request(shape=[2, 30], data=[ROW, 1]), "not nested as its shape"),
    ("id of a number", request() | {"id": 1}, "id must be a string"),
    ("parameters of text", request() | {"parameters": "x"}, "parameters must be an object"),
    ("outputs of text", request() | {"outputs": "x"}, "outputs must be a list"),
    ("output without name", request() | {"outputs": [{}]}, "each output needs a name"),
    ("unknown output", request() | {"outputs": [{"name": "x"}]}, "'x' is not one of the model's"),
]


@pytest.mark.parametrize(("body", "message"), [case[1:] for case in BAD_BODIES], ids=[case[0] for case in BAD_BODIES])
def test_bad_bodies(churn: Running, body: Any, message: str) -> None:
    content = body if isinstance(body, bytes) else httpx.Request("POST", "http://x", json=body).content
    response = churn.http.post(f"{MODEL}/infer", content=content)
    assert (response.status_code, list(response.json())) == (400, ["error"])
    assert message in response.json()["error"]
    assert churn.http.post(f"{MODEL}/infer", json=request()).status_code == 200, "the server is none the worse"


def test_what_the_model_cannot_take_is_the_clients_fault(churn: Running) -> None:
    import numpy as np

    raw = np.full((1, 30), np.nan).tobytes()
    head = b'{"inputs":[{"name":"features","datatype":"FP64","shape":[1,30],"parameters":{"binary_data_size":240}}]}'
    headers = {"inference-header-content-length": str(len(head))}
    response = churn.http.post(f"{MODEL}/infer", content=head + raw, headers=headers)
    assert response.status_code == 400
    assert "NaN" in response.json()["error"]


def test_outputs_filter(churn: Running) -> None:
    answer = churn.http.post(f"{MODEL}/infer", json=request() | {"outputs": [{"name": "predict"}]}).json()
    assert [output["name"] for output in answer["outputs"]] == ["predict"]
