"""Logs in the Elastic Common Schema, trace context, payload samples, and OpenTelemetry's export."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mlspec_runtime.trace import trace_ids
from tests.conftest import unavailable
from tests.runtime.conftest import Start
from tests.runtime.running import Running, eventually
from tests.runtime.test_batching import GATED, infer

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


def post(running: Running, *row: float, request_id: str = "r1") -> int:
    body = {"id": request_id, "inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": list(row)}]}
    return running.http.post("/v2/models/tested/infer", json=body, headers={"traceparent": PARENT}).status_code


def test_every_line_is_one_object_with_the_schemas_names(start: Start) -> None:
    running = start(GATED, {"owner": "risk", "environment": "prod"}).ready()
    running.stop()
    assert len(running.log) == len(running.raw)
    for line in running.log:
        assert datetime.fromisoformat(line["@timestamp"]).tzinfo is not None
        assert line["log.level"] == "info"
        assert line["service.name"] == "tested"
        assert line["service.environment"] == "prod"
        assert line["labels.owner"] == "risk"


def test_a_failure_is_logged_with_the_requests_ids_and_the_trace(start: Start) -> None:
    running = start(GATED).ready()
    assert post(running, 13.0, 0.0, request_id="r13") == 500
    line = running.wait_for("inference")
    assert (line["trace.id"], line["span.id"], line["http.request.id"]) == (TRACE, SPAN, "r13")
    assert line["error.type"] == "RuntimeError"


@pytest.mark.parametrize(("share", "logged"), [(1.0, True), (0.0, False)])
def test_payload_samples(start: Start, share: float, logged: bool) -> None:
    running = start(GATED, {"logging": {"payloads": share}}).ready()
    assert post(running, 1.0, 2.0) == 200
    running.stop()
    samples = [line for line in running.log if line.get("event.action") == "payload"]
    assert bool(samples) == logged
    for sample in samples:
        assert '"data":[1.0,2.0]' in sample["http.request.body.content"].replace(" ", "")
        assert '"data":[3.0]' in sample["http.response.body.content"]
        assert sample["trace.id"] == TRACE


@pytest.mark.parametrize(
    "header",
    [b"", b"00-xyz", f"ff-{TRACE}-{SPAN}-01".encode(), f"00-{'0' * 32}-{SPAN}-01".encode(), b"\xff" * 55, None],
)
def test_a_malformed_traceparent_is_no_trace(header: bytes | None) -> None:
    assert trace_ids(header) == {}


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An OTLP endpoint, and the bodies of traces that it got."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                received.append(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


@pytest.fixture
def opentelemetry() -> None:
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.instrumentation.asgi  # noqa: F401 - only whether it is there
    except ImportError:
        unavailable("OpenTelemetry is not installed (pip install 'mlspec[test]')")


@pytest.mark.usefixtures("opentelemetry")
def test_spans_are_exported_as_children_of_the_callers(start: Start, collector: tuple[str, list[bytes]]) -> None:
    endpoint, received = collector
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    running = start(GATED, environment=environment).ready()
    assert post(running, 1.0, 2.0) == 200
    assert infer(running, 1.0, 2.0).status_code == 200
    assert running.stop() == 0
    eventually(lambda: bool(received))
    sent = b"".join(received)
    assert bytes.fromhex(TRACE) in sent
    assert bytes.fromhex(SPAN) in sent
    assert b"tested" in sent
    assert b"/v2/health" not in sent


def test_an_endpoint_without_the_packages_refuses_to_start(start: Start, tmp_path: Path) -> None:
    """A package of that name with nothing in it stands before the real one on the import path."""
    import mlspec_runtime

    (tmp_path / "shadow/opentelemetry").mkdir(parents=True)
    (tmp_path / "shadow/opentelemetry/__init__.py").touch()
    paths = f"{tmp_path / 'shadow'}:{Path(mlspec_runtime.__file__).parents[1]}"
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "PYTHONPATH": paths}
    running = start(GATED, environment=environment)
    assert running.exit_status() == 1
    assert "OpenTelemetry is not installed" in running.wait_for("start", event_reason="import")["message"]
