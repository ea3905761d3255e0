"""How every store is asked: patience, retries, and the credentials that the environment names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import obstore

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

CHUNK = 1 << 20
"""Bytes that are handed to the disk at a time."""

RETRIES: RetryConfig = {
    "max_retries": 6,
    "retry_timeout": timedelta(minutes=2),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=15), "base": 2},
}
"""Of a request that is answered with 5xx or 429, or not at all; 401, 403 and 404 are answers."""


def client_options(*, plain: bool, headers: Mapping[str, str] | None = None) -> ClientConfig:
    """`plain`: without TLS, where the environment's endpoint says so."""
    options: dict[str, Any] = {
        "connect_timeout": timedelta(seconds=10),
        # Of one request, a part of a file: at 100 KiB in a second it is still had.
        "timeout": timedelta(seconds=120),
        "allow_http": plain,
        "user_agent": "mlspec",
    }
    if headers:
        options["default_headers"] = dict(headers)
    return options  # type: ignore[return-value] # a plain dict of the keys that it takes


def bearer(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def stream(store: ObjectStore, key: str, options: dict[str, Any]) -> Iterator[memoryview]:
    """The bytes of one request, as they come."""
    for chunk in obstore.get(store, key, options=options).stream(min_chunk_size=CHUNK):  # type: ignore[arg-type] # a plain dict
        yield memoryview(chunk)
