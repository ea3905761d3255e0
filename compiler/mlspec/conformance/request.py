"""A case's request and the server that it goes to -> the HTTP request."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from mlspec.client.exchange import Request
from mlspec.client.message import HEADER_LENGTH, Message, infer_message
from mlspec.client.tensors import BINARY_ONLY, BYTES, Spec, Tensor, repeat

from .alterations import ALTERATIONS, Focus
from .case import CaseRequest, Infer
from .subject import Inapplicable, Subject

MANY_ROWS = 1000
MANY_ELEMENTS = 100_000
"""Many rows have no more elements than that."""

_WINDOWS = {"gzip": 31, "deflate": 15}


def make_request(asked: CaseRequest, subject: Subject) -> Request:
    """Raises Inapplicable."""
    body, headers = (asked.body or "").encode(), {}
    if asked.infer is not None:
        message = make_message(asked.infer, subject)
        body, headers = message.body + asked.infer.append.encode(), message.headers
    if body:
        headers["Content-Type"] = "application/octet-stream" if HEADER_LENGTH in headers else "application/json"
    headers |= {name: subject.fill(value) for name, value in asked.headers.items()}
    if asked.coding is not None:
        stream = zlib.compressobj(wbits=_WINDOWS[asked.coding])
        body = stream.compress(body) + stream.flush()
        headers["Content-Encoding"] = asked.coding
    sent = {name: value for name, value in headers.items() if value}
    return Request(asked.method, subject.fill(asked.path), sent, body)


def make_message(infer: Infer, subject: Subject) -> Message:
    """The body of an infer request. Raises Inapplicable."""
    if not subject.sample:
        raise Inapplicable("the model's metadata gives no signature")
    tensors = _rows(infer, subject)
    binary = {BINARY_ONLY, *(tensor.datatype for tensor in tensors if infer.binary in ("all", tensor.datatype))}
    _check_binary(infer, subject, tensors)
    message = infer_message(tensors, binary.__contains__, nested=infer.nested)
    _ask(message.document, infer, subject)
    if infer.change or infer.remove:
        _alter(message.document, infer, subject, tensors)
    if infer.spoil:
        _spoil(message, tensors)
    return message


def row_count(rows: str, subject: Subject) -> int:
    """Rows for each row of the sample. Raises Inapplicable where the model has none."""
    if rows == "one":
        return 1
    if not subject.has_rows:
        raise Inapplicable("the model takes no rows")
    if rows == "two":
        return 2
    elements = max(len(tensor.values) for tensor in subject.sample)
    return max(1, min(MANY_ROWS, MANY_ELEMENTS // max(elements, 1)))


def _rows(infer: Infer, subject: Subject) -> Sequence[Tensor]:
    times = row_count(infer.rows, subject)
    return [repeat(tensor, times) for tensor in subject.sample] if times > 1 else subject.sample


def _check_binary(infer: Infer, subject: Subject, tensors: Sequence[Tensor]) -> None:
    declared = any(name.startswith("binary_tensor_data") for name in subject.extensions)
    datatypes = {tensor.datatype for tensor in tensors} | {spec.datatype for spec in subject.outputs}
    if not declared and (BINARY_ONLY in datatypes or infer.binary != "none"):
        raise Inapplicable("the server declares no extension binary_tensor_data")


def _ask(document: dict[str, Any], infer: Infer, subject: Subject) -> None:
    """Lists the outputs where the case wants that, or where one of them has no JSON form."""
    wanted = [spec for spec in subject.outputs if infer.outputs in (None, "all", spec.name)]
    if infer.binary_outputs == "all":
        document["parameters"] = {"binary_data_output": True}
    elif infer.outputs or infer.binary_outputs or any(spec.datatype == BINARY_ONLY for spec in wanted):
        document["outputs"] = [_asked(spec, infer.binary_outputs == "listed") for spec in wanted]
    if infer.outputs and infer.binary_outputs == "all":
        document["outputs"] = [{"name": spec.name} for spec in wanted]


def _asked(spec: Spec, binary: bool) -> dict[str, Any]:
    as_bytes = binary or spec.datatype == BINARY_ONLY
    return {"name": spec.name, **({"parameters": {"binary_data": True}} if as_bytes else {})}


def _alter(document: dict[str, Any], infer: Infer, subject: Subject, tensors: Sequence[Tensor]) -> None:
    """Changes the first input that gives occasion for it. Raises Inapplicable where none does."""
    about_fp16 = "$FP16 as JSON" in infer.change.values()
    reason = "every input has a JSON form" if about_fp16 else "no input has a JSON form"
    specs = {spec.name: spec for spec in subject.inputs}
    for tensor, described in zip(tensors, document["inputs"], strict=True):
        if infer.binary == "none" and (tensor.datatype == BINARY_ONLY) != about_fp16:
            continue
        spec = specs.get(tensor.name, Spec(tensor.name, tensor.datatype, tensor.shape))
        try:
            changes = _changes(infer, Focus(spec, tensor, described, document))
        except Inapplicable as error:
            reason = str(error)
            continue
        _apply(document, described, changes, infer.remove)
        return
    raise Inapplicable(reason)


def _changes(infer: Infer, focus: Focus) -> dict[str, Any]:
    return {
        path: ALTERATIONS[value](focus) if isinstance(value, str) and value.startswith("$") else value
        for path, value in infer.change.items()
    }


def _apply(
    document: dict[str, Any], described: dict[str, Any], changes: dict[str, Any], removed: Sequence[str]
) -> None:
    for path, value in changes.items():
        place, key = _place(document, described, path)
        place[key] = value
    for path in removed:
        place, key = _place(document, described, path)
        place.pop(key, None)


def _place(document: dict[str, Any], described: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    first, *rest = path.split(".")
    place, keys = (described, rest) if first == "input" else (document, [first, *rest])
    for key in keys[:-1]:
        place = place.setdefault(key, {})
    return place, keys[-1]


def _spoil(message: Message, tensors: Sequence[Tensor]) -> None:
    for at, tensor in enumerate(tensors):
        if tensor.datatype == BYTES and len(message.parts) == len(tensors):
            message.parts[at] = b"\xff\xff\xff\x7f" + message.parts[at][4:]
            return
    raise Inapplicable("no input is BYTES")
