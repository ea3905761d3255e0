"""What the endpoints see of HTTP: a request with the headers that matter, a response, and the body between limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import orjson

from mlspec_runtime import metric_names as names
from mlspec_runtime.batching import Client
from mlspec_runtime.errors import ClientGone, Refused

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

JSON: Final[Header] = (b"content-type", b"application/json")
CLOSE: Final[Header] = (b"connection", b"close")

_READ: Final = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"inference-header-content-length",
        b"traceparent",
        b"x-request-id",
    }
)


class Request:
    """One request. `arrived` is in `perf_counter` seconds; `headers` has the ones that the server reads."""

    __slots__ = ("arrived", "client", "headers", "method", "path", "receive")

    def __init__(self, scope: Scope, receive: Receive, client: Client, arrived: float) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = {name: value for name, value in scope["headers"] if name in _READ}
        self.receive = receive
        self.client = client
        self.arrived = arrived

    async def body(self, limit: int) -> bytes:
        """At most `limit` bytes as they came over the wire. Raises Refused 413, or ClientGone."""
        declared = self.headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            raise too_large(limit)
        message = await self.receive()
        if message["type"] == "http.request" and not message["more_body"] and len(message["body"]) <= limit:
            whole: bytes = message["body"]
            return whole
        chunks: list[bytes] = []
        size = 0
        while message["type"] == "http.request":
            chunks.append(message["body"])
            size += len(chunks[-1])
            if size > limit:
                raise too_large(limit)
            if not message["more_body"]:
                return b"".join(chunks)
            message = await self.receive()
        raise ClientGone


class Response:
    """What goes back: `headers` without the length, which is that of the chunks."""

    __slots__ = ("chunks", "headers", "status")

    def __init__(self, status: int, chunks: Sequence[bytes | memoryview], *headers: Header) -> None:
        self.status = status
        self.chunks = chunks
        self.headers = headers

    async def send(self, send: Send) -> None:
        chunks = self.chunks
        length = len(chunks[0]) if len(chunks) == 1 else sum(map(len, chunks))
        headers = [*self.headers, (b"content-length", b"%d" % length)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for chunk in chunks[:-1]:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": chunks[-1]})


def json_response(value: object, status: int = 200, *headers: Header) -> Response:
    return Response(status, (orjson.dumps(value),), JSON, *headers)


def too_large(limit: int) -> Refused:
    return Refused(413, names.REASON_TOO_LARGE, f"the body is larger than {limit} bytes")
