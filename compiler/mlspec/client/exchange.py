"""An address and a request -> the server's reply, with every header under the caller's control."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MAX_REPLY = 256 << 20
"""Bytes: a server that never stops sending must not fill this machine's memory."""


class NoAnswer(Exception):
    """There was no HTTP answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is; `prefix` stands before every path, and `headers` go with every request."""

    secure: bool
    host: str
    port: int
    prefix: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 30.0
    """Seconds without a byte."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.prefix}"


@dataclass(frozen=True, slots=True)
class Request:
    """`Content-Length` is that of the body unless it is among the headers."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """The body as it came over the wire; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def parse_address(url: str, headers: Mapping[str, str], timeout: float) -> Address:
    """`http://host:port/prefix`, the scheme being http where there is none. Raises ValueError with the remedy."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is no address: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address: write http://host:port or https://host")
    if parts.query or parts.fragment or parts.username:
        raise ValueError(f"{url!r}: leave out what follows `?` or `#` and any name before `@`")
    secure = parts.scheme == "https"
    path = parts.path.rstrip("/").removesuffix("/v2")
    return Address(secure, parts.hostname, port or (443 if secure else 80), path, headers, timeout)


def exchange(address: Address, request: Request) -> Reply:
    """One request on a connection of its own. Raises NoAnswer."""
    make = http.client.HTTPSConnection if address.secure else http.client.HTTPConnection
    connection = make(address.host, address.port, timeout=address.timeout)
    try:
        _send(connection, address, request)
        response = connection.getresponse()
        body = response.read(MAX_REPLY)
    except TimeoutError:
        raise NoAnswer(f"no answer within {address.timeout:g} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(_reason(error)) from None
    finally:
        connection.close()
    return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def _send(connection: Any, address: Address, request: Request) -> None:
    connection.putrequest(request.method, address.prefix + request.path, skip_accept_encoding=True)
    headers = {**address.headers, **request.headers}
    length = {} if request.method == "GET" and not request.body else {"Content-Length": str(len(request.body))}
    for name, value in {**length, **headers}.items():
        connection.putheader(name, value)
    try:
        connection.endheaders(request.body or None)
    except (BrokenPipeError, ConnectionResetError):
        # A server may refuse a body before it has read all of it; its answer is there to be read. One that goes while
        # the connection is made leaves nothing to read from.
        if connection.sock is None:
            raise


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"the answer is not HTTP ({type(error).__name__}: {str(error)[:120]})".replace(": )", ")")
