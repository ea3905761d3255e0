"""`mlspec conformance` as its user meets it: table, JUnit report, exit statuses, words for what cannot be examined."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.conformance import command
from mlspec.client.exchange import Address, Reply, Request
from mlspec.client.tensors import DATATYPES
from tests.conformance.spoiling import Forward, spoiled
from tests.ports import free_port


def run(address: object, *options: str, model: str = "echo") -> Result:
    return CliRunner().invoke(command, [str(address), "--model", model, *options], catch_exceptions=False)


def test_a_server_that_keeps_the_protocol_passes_every_case_of_every_datatype(echo: Address, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    result = run(echo, "--junit", str(report))
    assert result.exit_code == 0, result.output
    *rows, total = result.output.splitlines()
    skipped = [row.partition("skip")[2].strip() for row in rows if "   skip   " in row]
    assert skipped == []
    assert total == f"{echo}, model echo: {len(rows)} cases: {len(rows)} passed"
    suite = ET.parse(report).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == (str(len(rows)), "0", "0")


def test_a_failure_is_in_the_table_and_in_the_report(echo: Address, tmp_path: Path) -> None:
    def empty(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        bad = b'{"live": "\x00\x1b[31m"}'
        return Reply(200, reply.headers, bad) if request.path == "/v2/health/live" and reply.status == 200 else reply

    report = tmp_path / "report.xml"
    with spoiled(echo, empty) as address:
        result = run(address, "--junit", str(report))
    assert result.exit_code == 1
    (row,) = (line for line in result.output.splitlines() if "FAIL" in line)
    assert row.split()[:8] == ["health", "live", "FAIL", "the", "body", "is", "not", "JSON:"]
    assert "\x1b" not in result.output
    (case,) = (case for case in ET.parse(report).getroot().iter("testcase") if case.find("failure") is not None)
    assert (case.get("classname"), case.get("name")) == ("health", "live")


def test_a_server_without_extensions_is_not_blamed_for_them(echo: Address) -> None:
    def modest(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        body = {"name": "modest", "version": "1", "extensions": []}
        return Reply(200, reply.headers, json.dumps(body).encode()) if request.path in ("/v2", "/v2/") else reply

    with spoiled(echo, modest) as address:
        result = run(address)
    assert result.exit_code == 0, result.output
    reasons = {row.partition("   skip   ")[2] for row in result.output.splitlines() if "   skip   " in row}
    assert reasons == {f"the server declares no extension {name}" for name in (
        "binary_tensor_data", "model_repository", "statistics",
    )}  # fmt: skip


def test_a_model_that_takes_no_zeros_is_told_how_to_be_asked(echo: Address) -> None:
    def picky(request: Request, forward: Forward) -> Reply:
        refused = Reply(400, {"content-type": "application/json"}, b'{"error": "unknown category"}')
        return refused if request.path.endswith("/infer") else forward(request)

    with spoiled(echo, picky) as address:
        result = run(address)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith("the model refuses a row of zeros and ones: ")


NONSENSE = [b"", b"[]", b'"text"', b"null", b"[" * 100_000, b'{"outputs": [{}], "inputs": [null], "versions": 1}']


@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_for_every_answer_fails_cases_and_never_the_suite(echo: Address, body: bytes) -> None:
    with spoiled(echo, lambda *_: Reply(200, {}, body)) as address:
        result = run(address)
    assert result.exit_code == 1
    assert "passed" not in result.output.splitlines()[-1].replace("skipped", "")


@contextmanager
def talker(answer: bytes) -> Iterator[str]:
    """Something that is no HTTP server; it hangs up after its first words."""
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(answer)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_what_cannot_be_examined_is_told_with_its_remedy(echo: Address) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nobody = silent.getsockname()[1]
        hangs = run(f"127.0.0.1:{nobody}", "--timeout", "0.1")
    assert (hangs.exit_code, "no answer within 0.1 s" in hangs.output) == (2, True)
    with free_port() as port:
        gone = run(f"127.0.0.1:{port}")
    assert (gone.exit_code, "nothing listens there" in gone.output) == (2, True)
    with talker(b"SSH-2.0-x\r\n") as address:
        other = run(address)
    assert other.exit_code == 2
    assert "Traceback" not in other.output
    unknown = run(echo, model="ehco")
    assert (unknown.exit_code, "serves no model 'ehco'; it serves echo" in unknown.output) == (2, True)
    assert run("http://", model="x").exit_code == 2
    assert "is no address" in run("ftp://127.0.0.1").output


def test_a_server_that_loads_its_model_is_not_examined_yet(echo: Address) -> None:
    loading = Reply(503, {}, b'{"error": "the model is not loaded yet"}')
    with spoiled(echo, lambda *_: loading) as address:
        result = run(address)
    assert (result.exit_code, "is not ready yet" in result.output) == (2, True)


def test_the_users_own_request_replaces_the_zeros_and_ones(echo: Address, tmp_path: Path) -> None:
    seen: list[bytes] = []

    def look(request: Request, forward: Forward) -> Reply:
        seen.append(request.body)
        return forward(request)

    file = tmp_path / "request.json"
    words = [word.lower() for word in DATATYPES]
    values = {"bool": [True, True], "bytes": ["naïve", ""]}
    inputs = [
        {"name": word, "datatype": word.upper(), "shape": [1, 2], "data": [values.get(word, [40, 2])]} for word in words
    ]
    file.write_text(json.dumps({"inputs": inputs}))
    with spoiled(echo, look) as address:
        result = run(address, "--request", str(file), "--header", "X-Asked-By: conformance")
    assert result.exit_code == 0, result.output
    assert any("naïve".encode() in body for body in seen)
    file.write_text('{"inputs": [{"name": "x", "datatype": "FP32", "shape": [2], "data": [1]}]}')
    assert "has 1 elements, its shape needs 2" in run(echo, "--request", str(file)).output
