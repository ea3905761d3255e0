"""An answer in; a JSON document for programs out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .answer import Answer, Origin, place_of
from .place import Moved


def render(answer: Answer) -> str:
    """Version 1 of the document; ends with a line feed."""
    place, reason = answer.place, answer.reason
    document = {
        "version": 1,
        "file": place.file,
        "line": place.number,
        "path": place.shown,
        "text": answer.text,
        "origins": [dict(_origin(origin)) for origin in answer.origins],
        "reason": None if reason is None else {"text": reason.text, "why": reason.why, "rule": reason.rule or None},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _origin(origin: Origin) -> Iterator[tuple[str, Any]]:
    yield "kind", "file" if origin.leaf is None else "value" if origin.written else "default"
    yield "effect", "value" if origin.how is Moved.YES else "presence"
    span = place_of(origin)
    yield "file", span.file or None
    if origin.leaf is not None:
        yield "line", span.line if origin.written else None
        yield "column", span.column if origin.written else None
        yield "path", origin.leaf.name
        yield "value", origin.leaf.text
        yield "document", origin.leaf.kind
        yield "meaning", origin.leaf.meaning
        yield "documented", origin.leaf.documented
