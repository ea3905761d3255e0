"""Bodies with a content coding of gzip or deflate -> plain, and back where the client accepts it (RFC 9110, 8.4)."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence

from mlspec_runtime.errors import RequestError
from mlspec_runtime.http import Header, too_large
from mlspec_runtime.protocol.message import bad

WORTH_COMPRESSING = 1024
OFF_THE_LOOP = 64 << 10
"""Bytes. Smaller work is done sooner than it is handed to a thread."""

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_LEVEL = 1

Chunks = Sequence[bytes | memoryview]


async def decompress(body: bytes, encoding: bytes, limit: int) -> bytes:
    """At most `limit` bytes. Raises RequestError: 415 for another coding, 400 for broken data, 413 for too much."""
    name = encoding.decode("latin-1").strip().lower()
    if name in ("", "identity"):
        return body
    if name not in _WINDOWS:
        raise RequestError(415, f"content encoding {name!r} is not supported; use gzip or deflate")
    if len(body) < OFF_THE_LOOP:
        return _inflate(body, name, limit)
    return await asyncio.to_thread(_inflate, body, name, limit)


def _inflate(body: bytes, name: str, limit: int) -> bytes:
    # Some clients mean a raw deflate stream: it lacks the zlib header, whose first byte is 0x78 in practice.
    raw = name == "deflate" and body[:1] not in (b"\x78", b"\x58", b"\x38", b"\x18", b"\x08", b"\x68", b"\x48", b"\x28")
    stream = zlib.decompressobj(-15 if raw else _WINDOWS[name])
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error:
        raise bad(f"the body is not {name} data") from None
    if len(plain) > limit:
        raise too_large(limit)
    if not stream.eof or stream.unused_data:
        raise bad(f"the body is not one whole {name} stream")
    return plain


async def compress(chunks: Chunks, accepted: bytes) -> tuple[Chunks, tuple[Header, ...]]:
    """The chunks in the coding that the client likes best, with its header; as they are when that is not worth it."""
    size = sum(map(len, chunks))
    name = _choose(accepted.decode("latin-1"))
    if name is None or size < WORTH_COMPRESSING:
        return chunks, ()
    deflated = _deflate(chunks, name) if size < OFF_THE_LOOP else await asyncio.to_thread(_deflate, chunks, name)
    return (deflated,), ((b"content-encoding", name.encode()), (b"vary", b"accept-encoding"))


def _deflate(chunks: Chunks, name: str) -> bytes:
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOWS[name])
    return b"".join([stream.compress(chunk) for chunk in chunks]) + stream.flush()


def _choose(accepted: str) -> str | None:
    best: tuple[float, str] | None = None
    for part in accepted.split(","):
        name, _, weight = part.strip().lower().partition(";q=")
        name = "gzip" if name == "*" else name
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if name in ("gzip", "deflate") and quality > 0 and (best is None or quality > best[0]):
            best = (quality, name)
    return best[1] if best else None
