"""A server between the suite and a real one that passes everything on, and spoils what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mlspec.client.exchange import Address, Reply, Request, exchange

Forward = Callable[[Request], Reply]
Fault = Callable[[Request, Forward], Reply]


@contextmanager
def spoiled(real: Address, fault: Fault) -> Iterator[Address]:
    """The address of a server that answers as `fault` makes of the real one's answers."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            # A body of a pebibyte never comes: the suite only says so.
            body = self.rfile.read(length) if length < 1 << 40 else b""
            dropped = () if length >= 1 << 40 else ("content-length",)
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("host", "connection", *dropped)
            }
            reply = fault(Request(self.command, self.path, headers, body), lambda request: exchange(real, request))
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                if name not in ("content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - http.server's own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Address(secure=False, host="127.0.0.1", port=server.server_address[1], timeout=real.timeout)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_json(reply: Reply, change: Callable[[Any], Any]) -> Reply:
    """The reply with another JSON body, where it has one and nothing else."""
    if reply.status != 200 or "inference-header-content-length" in reply.headers or "content-encoding" in reply.headers:
        return reply
    return Reply(reply.status, reply.headers, json.dumps(change(json.loads(reply.body))).encode())
