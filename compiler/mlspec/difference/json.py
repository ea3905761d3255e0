"""What a change does goes in; one JSON document, whose shape `docs/diff.md` promises, comes out."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from .difference import Difference, Sign, Subject

VERSION = 1
"""Raised when a key goes or changes its meaning; a key that is added raises nothing."""
_STATES = {None: "unchanged", Sign.ADDED: "added", Sign.REMOVED: "removed", Sign.CHANGED: "changed"}


def render(difference: Difference) -> str:
    """The document, indented; ends with a line feed."""
    document = {
        "version": VERSION,
        "base": difference.base,
        "summary": {
            "changed": difference.objects(Sign.CHANGED),
            "added": difference.objects(Sign.ADDED),
            "removed": difference.objects(Sign.REMOVED),
        },
        "subjects": [_subject(each) for each in difference.subjects],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "environment": subject.environment,
        "model": subject.model or None,
        "state": "unknown" if subject.unknown else _STATES[subject.sign],
        "restart": subject.restart or None,
        "rows": [asdict(row) | {"sign": str(row.sign)} for row in subject.rows],
        "objects": [asdict(each) | {"sign": str(each.sign)} for each in subject.objects],
    }
