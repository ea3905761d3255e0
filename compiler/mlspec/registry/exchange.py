"""A request of HTTP -> its answer, whatever the status, or a sentence that says why there is none."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO
from urllib.parse import urlsplit

_PATIENCE = 20
"""Seconds for a connection, or without a byte."""
_LARGEST = 4 << 20
"""Bytes of an answer: OCI's own limit for a manifest."""


class NoAnswer(Exception):
    """There is no answer to use; the message says why."""


@dataclass(frozen=True)
class Answer:
    """`body` is empty but for a success."""

    status: int
    headers: Message
    body: bytes = b""


class _WithoutCredentials(urllib.request.HTTPRedirectHandler):
    """Another host, which a redirect leads to, is not told who asks."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        request = super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # what http.client gives is a Message
        if request is not None and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            request.remove_header("Authorization")
        return request


_opener = urllib.request.build_opener(_WithoutCredentials)


def send(request: urllib.request.Request, whom: str) -> Answer:
    """`whom` is what a failure calls the other side. Raises NoAnswer."""
    try:
        with _opener.open(request, timeout=_PATIENCE) as reply:
            return Answer(reply.status, reply.headers, reply.read(_LARGEST))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers)
    except urllib.error.URLError as error:
        raise NoAnswer(_failure(whom, error.reason)) from error
    except (OSError, ValueError) as error:
        raise NoAnswer(_failure(whom, error)) from error


def _failure(whom: str, reason: object) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"the certificate of {whom} is not trusted here ({reason.verify_message}): SSL_CERT_FILE names others"
    if isinstance(reason, TimeoutError):
        return f"{whom} does not answer within {_PATIENCE} s"
    said = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    return f"{whom} cannot be reached: {said}"
