"""Every mistake is reported in the words of its case, at the place where a person would look first."""

from __future__ import annotations

import pytest

from mlspec.diagnostics import Diagnostic
from tests.diagnostics.case import CASES, REPORT, Case
from tests.golden import Golden

_each = pytest.mark.parametrize("case", CASES, ids=[f"{case.path.parent.name}/{case.path.stem}" for case in CASES])


@_each
def test_the_report_is_the_one_of_the_case(case: Case, golden: Golden) -> None:
    report = case.rendered()
    if golden.update:
        case.path.write_text(f"{case.text}-- {REPORT} --\n{report}", encoding="utf-8")
    else:
        assert report == case.report


@_each
def test_the_carets_stand_where_a_person_would_look(case: Case) -> None:
    """What the help line names as the one that was meant ends the finding when it is written there."""
    assert [case.underlined(found) for found in case.findings] == case.expected
    for found in case.findings:
        if found.fix:
            assert found.fix.strip('"') in found.help
            assert _place(found) not in map(_place, case.mended(found))


def _place(found: Diagnostic) -> tuple[str, str, int, int]:
    return found.code, found.span.file, found.span.line, found.span.column
