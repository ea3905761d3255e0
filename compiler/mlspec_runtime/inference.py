"""The infer endpoint: a request's bytes -> decode -> engine -> encode -> the response's bytes."""

from __future__ import annotations

import logging
from random import random

from mlspec_runtime.batching import Answer
from mlspec_runtime.datatypes import Array
from mlspec_runtime.errors import InvalidInput, OutputMismatch, RequestError
from mlspec_runtime.http import JSON, Header, Request, Response
from mlspec_runtime.logs import fields, log
from mlspec_runtime.protocol.compression import compress, decompress
from mlspec_runtime.protocol.encode import Body
from mlspec_runtime.protocol.message import Inference, bad
from mlspec_runtime.service import Service
from mlspec_runtime.trace import trace_ids

HEADER_LENGTH = b"inference-header-content-length"
MAX_LOGGED = 8 << 10


async def infer(service: Service, request: Request) -> Response:
    """Raises RequestError for whatever is not answered with 200."""
    service.check_ready()
    return await infer_body(service, request, await read_body(service, request))


async def read_body(service: Service, request: Request) -> bytes:
    """The body as the client meant it; at most `maxBody` bytes on the wire and after decompression."""
    body = await request.body(service.settings.max_body)
    if b"content-encoding" in request.headers:
        return await decompress(body, request.headers[b"content-encoding"], service.settings.max_body)
    return body


async def infer_body(service: Service, request: Request, body: bytes) -> Response:
    """An infer request whose body has been read -> its response."""
    inference = service.decoder.decode(body, _header_length(request))
    outputs, inference.prediction_id = await predict(service, request, inference)
    if inference.id is not None and inference.prediction_id is not None and service.feedback is not None:
        service.feedback.remember(inference.id, inference.prediction_id)
    answer = service.encoder.encode(inference, outputs)
    for observe in service.observers:
        observe(inference, outputs, len(body))
    payloads = service.settings.logging.payloads
    if payloads and random() < payloads:  # noqa: S311 - a sample, not a secret
        _log_payload(request, inference, body, answer)
    return await _respond(request, answer)


async def predict(service: Service, request: Request, inference: Inference) -> Answer:
    """The model's answer, or what its failure means to the client: 400 where the input is at fault, else 500."""
    inputs = inference.inputs
    rows = _rows(inputs) if service.has_rows else None
    try:
        return await service.engine.submit(inputs, rows, request.arrived, request.client)
    except RequestError:
        raise
    except InvalidInput as error:
        raise RequestError(400, f"the model refuses the input: {error}") from None
    except OutputMismatch as error:
        _log_failure(request, inference, "the model returned what its signature does not allow", error)
        raise RequestError(500, "the model returned an answer that its signature does not allow") from None
    except Exception as error:  # noqa: BLE001 - a model may raise anything
        _log_failure(request, inference, "the model failed", error)
        raise RequestError(500, "the model failed on this input") from None


def _rows(inputs: dict[str, Array]) -> int:
    lengths = {len(array) for array in inputs.values()}
    if len(lengths) > 1:
        raise bad(f"the inputs have different numbers of rows: {sorted(lengths)}")
    (rows,) = lengths
    if not rows:
        raise bad("the inputs have no rows")
    return rows


def _header_length(request: Request) -> int | None:
    value = request.headers.get(HEADER_LENGTH)
    if value is None:
        return None
    if not value.isdigit():
        raise bad("Inference-Header-Content-Length must be a whole number")
    return int(value)


async def _respond(request: Request, answer: Body) -> Response:
    headers: tuple[Header, ...] = (JSON,)
    if answer.header_length is not None:
        headers = (
            (b"content-type", b"application/octet-stream"),
            (HEADER_LENGTH, b"%d" % answer.header_length),
        )
    accepted = request.headers.get(b"accept-encoding")
    if accepted is None:
        return Response(200, answer.chunks, *headers)
    chunks, encoding = await compress(answer.chunks, accepted)
    return Response(200, chunks, *headers, *encoding)


def request_fields(request: Request) -> dict[str, object]:
    """What the log says about every request."""
    request_id = request.headers.get(b"x-request-id")
    return {
        "url.path": request.path,
        "http.request.method": request.method,
        "http.request.id": request_id.decode("latin-1") if request_id else None,
        **trace_ids(request.headers.get(b"traceparent")),
    }


def _log_failure(request: Request, inference: Inference, message: str, error: Exception) -> None:
    names = {**request_fields(request), "event.action": "inference", "event.outcome": "failure"}
    if inference.id is not None:
        names["http.request.id"] = inference.id
    log.error(message, exc_info=error, extra=fields(names))


def _log_payload(request: Request, inference: Inference, body: bytes, answer: Body) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    names = {
        **request_fields(request),
        "event.action": "payload",
        "http.request.body.content": body[:MAX_LOGGED].decode(errors="replace"),
        "http.request.body.bytes": len(body),
        "http.response.body.content": bytes(answer.chunks[0][:MAX_LOGGED]).decode(errors="replace"),
        "http.response.body.bytes": sum(map(len, answer.chunks)),
    }
    if inference.id is not None:
        names["http.request.id"] = inference.id
    log.info("payload", extra=fields(names))
