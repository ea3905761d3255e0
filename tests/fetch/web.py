"""A web server on this machine: files with or without ranges, and whatever else a server may do to who fetches."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class Site:
    """What is served, by path, and what has been asked: (path, range or None, Authorization or None)."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    """JSON documents by path."""
    ranges: bool = True
    token: str | None = None
    failures: int = 0
    """So many requests are answered with 503 first."""
    before: Callable[[str, str | None], None] = lambda _path, _range: None
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def parts(self) -> list[str]:
        """The ranges that were asked for, but for the first byte, which only tells the size."""
        return [span for _, span, _ in self.asked if span and span != "bytes=0-0"]


def serve(site: Site) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path, span = unquote(urlsplit(self.path).path), self.headers.get("Range")
            site.asked.append((path, span, self.headers.get("Authorization")))
            site.before(path, span)
            if site.failures:
                site.failures -= 1
                return self.reply(503)
            if site.token and self.headers.get("Authorization") != f"Bearer {site.token}":
                return self.reply(401)
            if path in site.redirects:
                return self.reply(302, Location=site.redirects[path])
            if path in site.answers:
                return self.reply(200, json.dumps(site.answers[path]).encode())
            if path not in site.files:
                return self.reply(404)
            return self.give(site.files[path], span if site.ranges else None)

        def give(self, content: bytes, span: str | None) -> None:
            tag = {"ETag": f'"{hash(content)}"', "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}
            if self.headers.get("If-Match") not in (None, tag["ETag"]):
                return self.reply(412)
            match = re.fullmatch(r"bytes=(\d+)-(\d+)", span or "")
            if match is None:
                return self.reply(200, content, **tag)
            start, end = int(match[1]), min(int(match[2]) + 1, len(content))
            if start >= len(content):
                return self.reply(416)
            where = f"bytes {start}-{end - 1}/{len(content)}"
            return self.reply(206, content[start:end], **{"Content-Range": where}, **tag)

        def reply(self, status: int, content: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """pytest shows what a test needs."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
