"""A case's expectation and the reply -> what is wrong with it; nothing where all is right."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator
from typing import Any

from mlspec.client.exchange import Reply
from mlspec.client.message import HEADER_LENGTH
from mlspec.client.signature import read_specs
from mlspec.client.tensors import BINARY_ONLY, Spec

from .answer import InferReply, Output, parse, parse_object, read_answer, shown
from .case import Expect, InferAnswer
from .request import row_count
from .subject import Subject

WORTH_COMPRESSING = 4096
"""Bytes: below that a server may well answer plain."""

Reference = dict[str, Output]


def faults(reply: Reply, expect: Expect, subject: Subject, reference: Reference | None) -> Iterator[str]:
    """`reference` is the model's answer to the plainest request; None where it has none that is the same each time."""
    if reply.status != expect.status:
        yield f"status {reply.status}, expected {expect.status}{_its_error(reply)}"
        return
    for name, word in expect.headers.items():
        if word.lower() not in reply.headers.get(name.lower(), "").lower():
            yield f"header {name} is {reply.headers.get(name.lower())!r}, expected {word!r}"
    try:
        body = plain_body(reply)
        if expect.coding:
            yield from _coding_faults(reply, body, expect.coding)
        if expect.status >= 400:
            yield from _error_faults(body)
        if expect.body is not None or expect.signature:
            yield from _member_faults(parse_object(body), expect, subject)
        if expect.has:
            yield from _path_faults(parse(body), expect, subject)
        if expect.answer is not None:
            answer = read_answer(reply, body)
            yield from _type_faults(reply)
            yield from _answer_faults(answer, expect.answer, subject, reference)
    except ValueError as error:
        yield str(error)


def plain_body(reply: Reply) -> bytes:
    """Without its content coding. Raises ValueError where it cannot be decoded."""
    coding = reply.headers.get("content-encoding", "identity").lower()
    if coding == "identity":
        return reply.body
    if coding not in ("gzip", "deflate"):
        raise ValueError(f"the answer is coded as {coding!r}, which nobody asked for")
    try:
        return zlib.decompress(reply.body, 47 if coding == "gzip" else 15)
    except zlib.error as error:
        raise ValueError(f"the answer is not {coding} data: {error}") from None


def count_at(reply: Reply, path: str, subject: Subject) -> float:
    """A count in the reply's JSON. Raises ValueError where there is none."""
    value = find(parse(plain_body(reply)), path, subject)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{path} is {value!r}, not a count")
    return value


def find(value: Any, path: str, subject: Subject) -> Any:
    """What is at a path; `*` is the element of a list that has the model's name. None where there is nothing."""
    for key in path.split(".") if path else []:
        if key == "*" and isinstance(value, list):
            value = next((one for one in value if isinstance(one, dict) and one.get("name") == subject.model), None)
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def _its_error(reply: Reply) -> str:
    try:
        return f" ({parse_object(reply.body)['error']})"[:160]
    except (ValueError, KeyError):
        return ""


def _type_faults(reply: Reply) -> Iterator[str]:
    media = reply.headers.get("content-type")
    if HEADER_LENGTH.lower() not in reply.headers and (media or "").partition(";")[0].strip() != "application/json":
        yield f"an answer in JSON has Content-Type {media!r}"


def _coding_faults(reply: Reply, body: bytes, coding: str) -> Iterator[str]:
    used = reply.headers.get("content-encoding", "identity").lower()
    if used not in (coding, "identity") or (used == "identity" and len(body) >= WORTH_COMPRESSING):
        yield f"an answer of {len(body)} bytes is coded as {used}, {coding} was asked for"


def _error_faults(body: bytes) -> Iterator[str]:
    message = parse_object(body).get("error")
    if not isinstance(message, str) or not message:
        yield f'the body is not {{"error": "…"}}: {shown(body)}'
    elif "Traceback (most recent call last)" in message:
        yield "the error holds a traceback"


def _member_faults(document: dict[str, Any], expect: Expect, subject: Subject) -> Iterator[str]:
    for key, value in (expect.body or {}).items():
        wanted = value.replace("{model}", subject.model) if isinstance(value, str) else value
        if document.get(key) != wanted:
            yield f"{key} is {document.get(key)!r}, expected {wanted!r}"
    if expect.signature:
        for key in ("inputs", "outputs"):
            read_specs(document, key)


def _path_faults(document: Any, expect: Expect, subject: Subject) -> Iterator[str]:
    for path, kind in expect.has.items():
        value = find(document, path, subject)
        right = {
            "text": isinstance(value, str) and bool(value),
            "texts": isinstance(value, list) and all(isinstance(one, str) for one in value),
            "count": type(value) is int and value >= 0,
            "list": isinstance(value, list),
        }[kind]
        if not right:
            yield f"{path or 'the body'} is {shown(json.dumps(value).encode())}, expected a {kind}"


def _answer_faults(
    answer: InferReply, expect: InferAnswer, subject: Subject, reference: Reference | None
) -> Iterator[str]:
    times = row_count(expect.rows, subject)
    document = answer.document
    if document.get("model_name") != subject.model:
        yield f"model_name is {document.get('model_name')!r}, expected {subject.model!r}"
    if subject.version and document.get("model_version", subject.version) != subject.version:
        yield f"model_version is {document['model_version']!r}, expected {subject.version!r}"
    if expect.id is not None and document.get("id") != expect.id:
        yield f"id is {document.get('id')!r}, expected {expect.id!r}"
    specs = {spec.name: spec for spec in subject.outputs if expect.outputs in ("all", spec.name)}
    if specs and answer.outputs.keys() != specs.keys():
        yield f"the outputs are {', '.join(answer.outputs)}; expected {', '.join(specs)}"
        return
    for name, output in answer.outputs.items():
        yield from _output_faults(output, specs.get(name), expect, times)
        before = (reference or {}).get(name)
        if before is not None and not _same(output, before, times):
            yield f"output {name!r} has other values than the answer to the plain request"


def _output_faults(output: Output, spec: Spec | None, expect: InferAnswer, times: int) -> Iterator[str]:
    binary = expect.binary == "all" or output.datatype == BINARY_ONLY
    if output.binary != binary:
        yield f"output {output.name!r} comes as {'raw bytes' if output.binary else 'JSON'}"
    if spec is None:
        return
    if output.datatype != spec.datatype:
        yield f"output {output.name!r} is {output.datatype}, the metadata says {spec.datatype}"
    fits = len(output.shape) == len(spec.shape) and all(
        want in (-1, length) for want, length in zip(spec.shape, output.shape, strict=True)
    )
    if not fits:
        yield f"output {output.name!r} has shape {list(output.shape)}, the metadata says {list(spec.shape)}"
    elif spec.has_rows and times > 1 and output.shape[0] % times:
        yield f"output {output.name!r} has {output.shape[0]} rows for {times}"


def _same(output: Output, before: Output, times: int) -> bool:
    """Whether every row has the values of the reference, as near as its datatype and another batch size allow."""
    if len(output.values) != len(before.values) * times:
        return False
    if not output.datatype.startswith("FP"):
        return list(output.values) == list(before.values) * times
    near = 1e-2 if output.datatype == BINARY_ONLY else 1e-4
    pairs = zip(output.values, list(before.values) * times, strict=True)
    return all(_near(one, other, near) for one, other in pairs)


def _near(one: float | None, other: float | None, near: float) -> bool:
    """JSON writes what is not a finite number as null."""
    if one is None or other is None or not (math.isfinite(one) and math.isfinite(other)):
        return (one is None or not math.isfinite(one)) and (other is None or not math.isfinite(other))
    return math.isclose(one, other, rel_tol=near, abs_tol=near)
