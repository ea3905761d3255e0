"""What a command found in; GitHub's workflow commands, which annotate the lines of a pull request, out.

Source: "Workflow commands for GitHub Actions" in GitHub's documentation; the escapes are those of actions/toolkit,
packages/core/src/command.ts.
"""

from __future__ import annotations

from mlspec.codes import names_of_codes
from mlspec.diagnostics import Diagnostic
from mlspec.report.account import Account


def render(account: Account) -> str:
    """One command for each finding that is not set aside; GitHub shows ten of a severity for a step."""
    return "".join(f"{_command(account, found)}\n" for found in account.findings)


def _command(account: Account, found: Diagnostic) -> str:
    span = found.span
    place = {"file": account.folder + span.file, "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line and span.end_column > span.column:  # over several lines columns have no meaning there
        place |= {"col": str(span.column), "endColumn": str(span.end_column - 1)}
    title = f"{found.code} {names_of_codes().get(found.code, '')}".strip()
    properties = ",".join(f"{key}={_property(value)}" for key, value in {**place, "title": title}.items())
    said = [found.message + (f": {found.label}" if found.label else ""), f"help: {found.help}" if found.help else ""]
    return f"::{found.severity} {properties}::{_data(chr(10).join(filter(None, said)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
