"""What a command found in; a JUnit report out: a test case for each model and environment, and for what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlspec.diagnostics import Diagnostic, Severity
from mlspec.report.account import Account
from mlspec.report.junit import Case, junit
from mlspec.report.text import render as as_text


def render(account: Account) -> str:
    """One case for each thing that a spec declares, and one for each other file that something is found in."""
    return junit(list(_cases(account)), f"mlspec {account.command}")


def _cases(account: Account) -> Iterator[Case]:
    found: dict[str, list[Diagnostic]] = {}
    for each in account.findings:
        found.setdefault(each.span.file, []).append(each)
    for file in sorted({*found, *account.subjects}):
        for name in account.subjects.get(file) or [file]:
            yield _case(account, name, file, found.get(file, []))


def _case(account: Account, name: str, file: str, found: Sequence[Diagnostic]) -> Case:
    errors = [each for each in found if each.severity is Severity.ERROR]
    warnings = [each for each in found if each.severity is not Severity.ERROR]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return Case(
        group=account.folder + file,
        name=name,
        failure=f"{errors[0].code}: {errors[0].message}{more}" if errors else "",
        details=as_text(errors, account.files),
        output=as_text(warnings, account.files),
    )
