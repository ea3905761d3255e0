"""What a client may not do: too much, too slow, in an unknown coding, or leave before it is answered."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from typing import Any

import pytest

from tests.runtime.conftest import Start
from tests.runtime.running import Running, eventually
from tests.runtime.test_batching import GATED, infer, open_gate

INFER = "/v2/models/tested/infer"
BODY = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [1, 2]}]}


@pytest.fixture
def small(start: Start) -> Running:
    return start(GATED, {"maxBody": 10_000, "timeout": 1.0}).ready()


def connect(running: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.port), timeout=60)


def converse(running: Running, sent: bytes) -> bytes:
    """Everything that the server says until it closes the connection."""
    with connect(running) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def error_of(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), str(json.loads(body)["error"])


def test_a_body_that_is_too_large(small: Running) -> None:
    for content in (b"x" * 10_001, iter([b"x" * 6_000, b"x" * 6_000])):
        response = small.http.post(INFER, content=content)
        assert (response.status_code, response.json()) == (413, {"error": "the body is larger than 10000 bytes"})
    assert small.metric("mlspec_rejected_total", reason="too_large") == 2
    assert infer(small, 1.0, 2.0).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_codings_of_the_request(small: Running, coding: str) -> None:
    pack = gzip.compress if coding == "gzip" else zlib.compress
    headers = {"content-encoding": coding}
    assert small.http.post(INFER, content=pack(json.dumps(BODY).encode()), headers=headers).status_code == 200
    bomb = small.http.post(INFER, content=pack(b" " * 1_000_000), headers=headers)
    assert bomb.status_code == 413
    broken = small.http.post(INFER, content=pack(json.dumps(BODY).encode())[:-6], headers=headers)
    assert (broken.status_code, broken.json()["error"]) == (400, f"the body is not one whole {coding} stream")
    assert small.http.post(INFER, content=b"\xff\xfe", headers=headers).status_code == 400


def test_an_unknown_coding(small: Running) -> None:
    response = small.http.post(INFER, content=b"x", headers={"content-encoding": "br"})
    assert response.status_code == 415
    assert "use gzip or deflate" in response.json()["error"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip", "gzip"), ("deflate;q=0.9, gzip;q=0.1", "deflate"), ("br", None), ("gzip;q=0", None), ("identity", None)],
)
def test_codings_of_the_response(churn: Running, accepted: str, coding: str | None) -> None:
    rows = [[0.0] * 30] * 1000
    body = {"inputs": [{"name": "features", "datatype": "FP64", "shape": [1000, 30], "data": rows}]}
    response = churn.http.post("/v2/models/churn/infer", json=body, headers={"accept-encoding": accepted})
    assert response.headers.get("content-encoding") == coding
    assert response.json()["outputs"][0]["shape"] == [1000]


def test_a_head_that_never_ends(small: Running) -> None:
    status, message = error_of(converse(small, b"GET /v2 HTTP/1.1\r\n" + b"a: " + b"x" * 200_000))
    assert (status, "head is larger" in message) == (431, True)
    many = b"".join(b"h%d: 1\r\n" % number for number in range(200))
    assert error_of(converse(small, b"GET /v2 HTTP/1.1\r\n" + many + b"\r\n"))[0] == 431


def test_what_is_not_http(small: Running) -> None:
    assert error_of(converse(small, b"\x16\x03\x01 hello\r\n\r\n")) == (400, "Invalid HTTP request received.")


@pytest.mark.parametrize(
    "sent",
    [b"POST /v2 HT", b"POST %s HTTP/1.1\r\ncontent-length: 100\r\n\r\n{" % INFER.encode()],
    ids=["in the head", "in the body"],
)
def test_slow_senders_are_cut_off(small: Running, sent: bytes) -> None:
    status, message = error_of(converse(small, sent))
    assert (status, message) == (408, "the request did not arrive within 1 seconds")


def test_a_connection_that_says_nothing_is_closed(small: Running) -> None:
    assert converse(small, b"") == b""


def test_expect_continue(small: Running) -> None:
    body = json.dumps(BODY).encode()
    head = b"POST %s HTTP/1.1\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
    answer = converse(small, head % (INFER.encode(), len(body)) + body)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_pipelined_requests_are_answered_in_order(small: Running) -> None:
    bodies = [json.dumps(BODY | {"id": name}).encode() for name in "abc"]
    requests = [b"POST %s HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s" % (INFER.encode(), len(b), b) for b in bodies]
    last = b"GET /v2/health/live HTTP/1.1\r\nconnection: close\r\n\r\n"
    answer = converse(small, b"".join(requests) + last)
    assert [answer.count(b'"id":"%s"' % name) for name in (b"a", b"b", b"c")] == [1, 1, 1]
    assert answer.index(b'"id":"a"') < answer.index(b'"id":"b"') < answer.index(b'"id":"c"') < answer.index(b"live")


def test_who_has_left_is_not_computed(start: Start) -> None:
    running = start(GATED).ready()
    body = json.dumps(BODY).encode()
    busy: Any = {"inputs": [BODY["inputs"][0] | {"data": [-1, -1]}]}
    hold = json.dumps(busy).encode()
    post = b"POST %s HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s"
    with connect(running) as holder:
        holder.sendall(post % (INFER.encode(), len(hold), hold))
        eventually(lambda: running.metric("mlspec_requests_in_progress") == 1)
        with connect(running) as leaver:
            leaver.sendall(post % (INFER.encode(), len(body), body))
            eventually(lambda: running.metric("mlspec_queue_depth") == 1)
        for _ in range(3):  # by then the loop has seen the end of the connection
            running.http.get("/v2/health/live")
        open_gate(running)
        assert holder.recv(65536).startswith(b"HTTP/1.1 200 OK")
    eventually(lambda: running.metric("mlspec_requests_in_progress") == 0)
    assert running.metric("mlspec_rejected_total", reason="disconnected") == 1
    assert running.metric("mlspec_batch_size_count") == 1
    assert running.metric("mlspec_requests_total", code="499", endpoint="infer") == 1
