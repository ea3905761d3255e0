"""No request gives a 500: requests made from the server's own OpenAPI document, and bytes that follow nothing."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import unavailable
from tests.runtime.running import Running

DOCUMENTED = {200, 400, 404, 405, 413, 415}
CALM = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=6,
)


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What is right more often than not, so that the depths are reached."""
    return st.one_of(strategy, strategy, strategy, ANY)


NUMBERS = st.lists(st.floats(-1e3, 1e3), min_size=30, max_size=30)
TENSOR = st.fixed_dictionaries(
    {
        "name": mostly(st.just("features")),
        "datatype": mostly(st.sampled_from(["FP64", "FP64", "FP32", "INT64", "BYTES", "BOOL", "FP16"])),
        "shape": mostly(st.sampled_from([[1, 30], [30], [2, 15], [0, 30], [-1, 30]])),
        "data": mostly(st.one_of(NUMBERS, NUMBERS.map(lambda row: [row]))),
    },
    optional={"parameters": mostly(st.dictionaries(st.sampled_from(["binary_data_size", "x"]), ANY, max_size=2))},
)
REQUEST = st.fixed_dictionaries(
    {"inputs": mostly(st.lists(TENSOR, min_size=1, max_size=2))},
    optional={
        "id": mostly(st.text(max_size=3)),
        "parameters": mostly(st.dictionaries(st.just("binary_data_output"), ANY, max_size=1)),
        "outputs": mostly(
            st.lists(st.fixed_dictionaries({"name": mostly(st.just("predict"))}, optional={"parameters": ANY}))
        ),
    },
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "inference-header-content-length": st.sampled_from(["0", "1", "50", "-1", "x", "99999999999999999999", ""]),
        "content-encoding": st.sampled_from(["gzip", "deflate", "br", "", "gzip, gzip"]),
        "accept-encoding": st.sampled_from(["gzip", "*", "deflate;q=x", ";;,"]),
        "content-type": st.sampled_from(["text/csv", "application/json", "x", ""]),
        "traceparent": st.text("0123456789abcdef-", max_size=60),
    },
)


def check(running: Running, path: str, body: bytes, headers: dict[str, str]) -> None:
    response = running.http.post(path, content=body, headers=headers)
    assert response.status_code in DOCUMENTED, response.text
    if response.status_code != 200:
        assert list(response.json()) == ["error"]


@pytest.mark.parametrize("path", ["/v2/models/churn/infer", "/invocations", "/v2/repository/index"])
def test_requests_that_are_nearly_right(churn: Running, path: str) -> None:
    @CALM
    @given(REQUEST | ANY, HEADERS)
    def run(body: Any, headers: dict[str, str]) -> None:
        check(churn, path, json.dumps(body).encode(), headers)

    run()


@pytest.mark.parametrize("path", ["/v2/models/churn/infer", "/invocations"])
def test_bytes(churn: Running, path: str) -> None:
    @CALM
    @given(st.binary(max_size=200), HEADERS)
    def run(body: bytes, headers: dict[str, str]) -> None:
        check(churn, path, body, headers)

    run()


BINARY = b'{"inputs":[{"name":"features","datatype":"FP64","shape":[%d,30],"parameters":{"binary_data_size":%d}}]}'


def test_binary_tensors_of_any_bits(churn: Running) -> None:
    """NaN and infinity among them: the model refuses those, which is the client's fault."""

    @CALM
    @given(st.integers(0, 3), st.binary(max_size=720), st.booleans())
    def run(rows: int, raw: bytes, fitting: bool) -> None:
        raw = raw.ljust(rows * 240, b"\0")[: rows * 240] if fitting else raw
        head = BINARY % (rows, len(raw))
        check(churn, "/v2/models/churn/infer", head + raw, {"inference-header-content-length": str(len(head))})

    run()


@pytest.mark.parametrize("path", ["/%00", "/v2/models/%2e%2e/infer", "/v2/models//infer", "/v2/models/churn%0a/infer"])
def test_odd_paths(churn: Running, path: str) -> None:
    assert churn.http.get(path).status_code == 404


def test_requests_from_the_servers_own_document(churn: Running) -> None:
    if importlib.util.find_spec("schemathesis") is None:
        unavailable("schemathesis is not installed (pip install 'mlspec[test]')")
    import schemathesis

    document = churn.http.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    seen: set[int] = set()
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr] # the document has no operation that is wrong
        modes = schemathesis.GenerationMode if operation.body else [schemathesis.GenerationMode.POSITIVE]
        for mode in modes:  # what has no parts cannot be made wrong

            @settings(CALM, max_examples=50)
            @given(operation.as_strategy(generation_mode=mode))
            def run(case: Any) -> None:
                answer = case.call(base_url=str(churn.http.base_url))
                assert answer.status_code in DOCUMENTED, (case.as_curl_command(), answer.text)
                seen.add(answer.status_code)

            run()
    assert 400 in seen
