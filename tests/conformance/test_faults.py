"""Each fault that a server may have fails the cases that are about it, and no others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mlspec.client.exchange import Address, Reply, Request
from mlspec.conformance.subject import learn
from mlspec.conformance.suite import Result, cases_for, run_suite
from tests.conformance.spoiling import Fault, Forward, spoiled, with_json

INFER = "/v2/models/echo/infer"
JSON = {"content-type": "application/json"}


def on_answer(change: Any, path: str = INFER) -> Fault:
    """Changes the JSON of a path's good answers."""

    def fault(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        return with_json(reply, change) if request.path == path else reply

    return fault


def without(key: str) -> Any:
    return lambda document: {name: value for name, value in document.items() if name != key}


def strict_content_type(request: Request, forward: Forward) -> Reply:
    """As a web framework does that takes JSON only under its own type."""
    names = {name.lower(): value for name, value in request.headers.items()}
    if request.path == INFER and request.body and "content-type" not in names:
        return Reply(422, JSON, b'{"detail": "a body is required"}')
    return forward(request)


def own_error_form(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    return replace(reply, body=b'{"detail": "no"}') if reply.status == 405 else reply


def traceback_for_bad_input(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    if reply.status == 400 and b"fit" in reply.body:
        return Reply(500, JSON, b'{"error": "Traceback (most recent call last): ..."}')
    return reply


def no_versions(request: Request, forward: Forward) -> Reply:
    return Reply(501, JSON, b'{"error": "no versions"}') if "/versions/" in request.path else forward(request)


def empty_health(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    return replace(reply, body=b"") if request.path == "/v2/health/live" and reply.status == 200 else reply


def never_compresses(request: Request, forward: Forward) -> Reply:
    kept = {name: value for name, value in request.headers.items() if name.lower() != "accept-encoding"}
    return forward(replace(request, headers=kept))


def big_endian(request: Request, forward: Forward) -> Reply:
    """Turns the raw bytes of the only output that one case asks for."""
    reply = forward(request)
    length = reply.headers.get("inference-header-content-length")
    document = json.loads(reply.body[: int(length)]) if length and "content-encoding" not in reply.headers else {}
    if [output["name"] for output in document.get("outputs", [])] != ["same_int32"]:
        return reply
    head, tail = reply.body[: int(length or 0)], reply.body[int(length or 0) :]
    return replace(reply, body=head + tail[::-1])


def frozen_statistics(request: Request, forward: Forward) -> Reply:
    def freeze(document: Any) -> Any:
        document["model_stats"][0]["execution_count"] = 7
        return document

    reply = forward(request)
    return with_json(reply, freeze) if request.path.endswith("/stats") else reply


def unnamed_index(models: Any) -> Any:
    return [{**model, "state": None} for model in models]


FAULTS: dict[str, tuple[Fault, set[str]]] = {
    "nothing": (lambda request, forward: forward(request), set()),
    "strict content type": (strict_content_type, {"infer: no Content-Type"}),
    "own error form": (own_error_form, {"errors: infer by GET", "errors: health by POST", "errors: delete the model"}),
    "traceback": (
        traceback_for_bad_input,
        {
            "errors: numbers too large for the datatype",
            "errors: negative numbers without a sign",
            "errors: fractions for whole numbers",
        },
    ),
    "no versions": (
        no_versions,
        {
            "health: model version ready",
            "health: a version that is not there is not ready",
            "metadata: model version",
            "metadata: unknown version",
            "infer: by version",
            "errors: unknown version",
            "statistics: of the version",
        },
    ),
    "empty health": (empty_health, {"health: live"}),
    "no platform": (on_answer(without("platform"), "/v2/models/echo"), {"metadata: model"}),
    "never compresses": (
        never_compresses,
        {"compression: gzip answer", "compression: deflate answer", "compression: gzip answer of raw bytes"},
    ),
    "big endian": (big_endian, {"binary: output same_int32 alone"}),
    "frozen statistics": (frozen_statistics, {"statistics: its execution is counted"}),
    "no state in the index": (
        on_answer(unnamed_index, "/v2/repository/index"),
        {"repository: index, empty body", "repository: index of what is ready"},
    ),
}


def failed(address: Address) -> dict[str, str]:
    """Failed cases with the reason."""
    subject = learn(address, "echo")
    outcomes = run_suite(subject, cases_for(subject))
    return {f"{one.group}: {one.name}": one.why for one in outcomes if one.result is Result.FAILED}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fails_its_own_cases(echo: Address, name: str) -> None:
    fault, expected = FAULTS[name]
    with spoiled(echo, fault) as address:
        found = failed(address)
    assert found.keys() == expected, found
