"""What a command found in; one JSON document out, whose shape `docs/findings.md` promises."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from mlspec.codes import names_of_codes
from mlspec.diagnostics import Span
from mlspec.report.account import Account, Item

VERSION = 1
"""Raised when a key goes or changes its meaning; a key that is added raises nothing."""


def render(account: Account) -> str:
    """The document, indented for whoever looks at it; ends with a line feed."""
    items = list(account.items())
    severities = Counter("setAside" if item.reason else f"{item.finding.severity}s" for item in items)
    document = {
        "version": VERSION,
        "command": account.command,
        "status": account.status,
        "summary": {key: severities[key] for key in ("errors", "warnings", "setAside")},
        "findings": [_finding(account, item) for item in items],
        "changes": [{"path": account.folder + path, "kind": kind} for path, kind in account.changes],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _finding(account: Account, item: Item) -> dict[str, Any]:
    found = item.finding
    return {
        "code": found.code,
        "name": names_of_codes().get(found.code, ""),
        "severity": str(found.severity),
        "message": found.message,
        "label": found.label,
        "help": found.help,
        **_place(account, found.span),
        "related": [{"label": each.label, **_place(account, each.span)} for each in found.related],
        "fingerprint": item.fingerprint,
        "setAside": item.reason or None,
    }


def _place(account: Account, span: Span) -> dict[str, Any]:
    """Lines and columns from 1, columns in characters; the end is exclusive."""
    return {
        "path": account.folder + span.file,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }
