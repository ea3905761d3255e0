"""ASGI: a method and path -> the endpoint that answers it; every failure -> `{"error": …}`; everything counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

from mlspec_runtime import metric_names as names
from mlspec_runtime.batching import Client
from mlspec_runtime.connection import CLIENT, RequestResponseCycle, respond
from mlspec_runtime.endpoints import Endpoint, endpoints
from mlspec_runtime.errors import ClientGone, Refused, RequestError
from mlspec_runtime.http import CLOSE, Receive, Request, Response, Scope, Send, json_response
from mlspec_runtime.inference import request_fields
from mlspec_runtime.logs import fields, log
from mlspec_runtime.service import Service

AT_ONCE = 64 << 10
"""Bytes. Longer responses go out without being copied."""

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def make_app(service: Service, *, direct: bool) -> App:
    """The whole server above HTTP. `direct`: nothing stands between it and the connection to see messages."""
    routes = endpoints(service)
    model = f"/v2/models/{service.manifest.name}"
    answered = service.metrics.answered

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        arrived = perf_counter()
        request = Request(scope, receive, scope["extensions"][CLIENT], arrived)
        endpoint = routes.get(request.path)
        name = endpoint.name if endpoint else names.ENDPOINT_UNKNOWN
        try:
            if endpoint is None:
                raise _not_found(request.path, model)
            response = await _answer(service, request, endpoint)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the client gets a whole answer and no traceback
            response = _failure(service, request, error)
        if response.status != 499 and not (direct and respond_at_once(request.client, response)):
            await response.send(send)
        answered(name, str(response.status), perf_counter() - arrived)

    return app


def respond_at_once(client: Client, response: Response) -> bool:
    """Whether a small response could be written in one piece."""
    (body, *more) = response.chunks
    if more or len(body) > AT_ONCE or not isinstance(body, bytes) or not isinstance(client, RequestResponseCycle):
        return False
    return respond(client, response.status, response.headers, body)


async def _answer(service: Service, request: Request, endpoint: Endpoint) -> Response:
    method = "GET" if request.method == "HEAD" else request.method
    call = endpoint.methods.get(method)
    if call is None:
        raise _not_allowed(request.method, endpoint.methods)
    return await call(service, request)


def _failure(service: Service, request: Request, error: Exception) -> Response:
    if isinstance(error, ClientGone):
        return Response(error.status, (b"",))
    if isinstance(error, Refused):
        service.metrics.rejected(error.reason)
    if isinstance(error, RequestError):
        headers = (*error.headers, CLOSE) if service.draining and CLOSE not in error.headers else error.headers
        return json_response({"error": str(error)}, error.status, *headers)
    log.error("the server failed", exc_info=error, extra=fields(request_fields(request)))
    return json_response({"error": "the server failed on this request"}, 500)


def _not_allowed(method: str, methods: Mapping[str, object]) -> RequestError:
    allowed = ", ".join(methods)
    return RequestError(405, f"method {method} is not allowed here; use {allowed}", (b"allow", allowed.encode()))


def _not_found(path: str, model: str) -> RequestError:
    """404, saying whether it is the model, its version or the path that is not there."""
    parts = path.strip("/").split("/")
    if parts[:2] == ["v2", "models"] and len(parts) > 2:
        if f"/v2/models/{parts[2]}" != model:
            return RequestError(404, f"model {parts[2]!r} is not served here; {model.rpartition('/')[2]!r} is")
        if parts[3:4] == ["versions"] and len(parts) > 4:
            return RequestError(
                404, f"version {parts[4]!r} of model {parts[2]!r} has no such path or is not served here"
            )
    return RequestError(404, f"there is nothing at {path}")
