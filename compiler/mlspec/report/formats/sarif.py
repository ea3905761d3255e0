"""What a command found in; SARIF 2.1.0 out, as code scanning reads it.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html; section numbers below are its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from mlspec.codes import Code, all_codes
from mlspec.diagnostics import Span
from mlspec.report.account import Account, Item
from mlspec.report.explain import explain, markdown

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "mlspec/v1"
"""The way in which fingerprints are made; another way is another name (3.5.4)."""


def render(account: Account) -> str:
    """One run; a finding that a comment sets aside is a result with a suppression. Ends with a line feed."""
    items = list(account.items())
    rules = _rules(items)
    index = {code.id: number for number, code in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "mlspec", "version": _version(), "rules": [_rule(code) for code in rules]}},
        "invocations": [{"executionSuccessful": account.status < 2, "exitCode": account.status}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(account, item, index[item.finding.code]) for item in items],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _version() -> str:
    from importlib.metadata import version

    return version("mlspec")


def _rules(items: Iterable[Item]) -> list[Code]:
    found = {item.finding.code for item in items}
    return [code for code in all_codes() if code.id in found]


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "name": "".join(word.capitalize() for word in code.name.split("-")),
        "shortDescription": {"text": _sentence(code.title)},
        "fullDescription": {"text": code.reason},
        "help": {"text": explain(code), "markdown": markdown(code)},
    }


def _result(account: Account, item: Item, rule: int) -> dict[str, Any]:
    found = item.finding
    said = found.message + (f" ({found.label})" if found.label else "")
    help_line = f"\nHelp: {found.help}" if found.help else ""
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": str(found.severity),
        "message": {"text": _sentence(said) + help_line},
        "locations": [{"physicalLocation": _place(account, found.span)}],
        "partialFingerprints": {_FINGERPRINT: item.fingerprint},
    }
    if found.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _place(account, each.span), "message": {"text": each.label}}
            for number, each in enumerate(found.related, 1)
        ]
    if item.reason:
        result["suppressions"] = [{"kind": "inSource", "justification": item.reason}]
    return result


def _place(account: Account, span: Span) -> dict[str, Any]:
    """Lines and columns count from 1, and the end column is exclusive here as there (3.30.8)."""
    region = {"startLine": span.line, "startColumn": span.column}
    region |= {"endLine": span.end_line, "endColumn": span.end_column}
    uri = quote(account.folder + span.file)
    return {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
