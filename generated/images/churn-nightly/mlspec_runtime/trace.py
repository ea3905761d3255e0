"""The W3C `traceparent` header -> ids for the log (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

import re

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")


def trace_ids(header: bytes | None) -> dict[str, str]:
    """`trace.id` and `span.id`; nothing where the header is absent or malformed, as the standard asks."""
    found = _TRACEPARENT.fullmatch(header.decode("ascii", "replace")) if header else None
    if found is None or header is None or header.startswith(b"ff") or set(found[1]) == {"0"} or set(found[2]) == {"0"}:
        return {}
    return {"trace.id": found[1], "span.id": found[2]}
