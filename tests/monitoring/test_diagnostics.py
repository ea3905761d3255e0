"""Each diagnostic about monitoring, at its place: cases are models with the findings noted below their lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlspec.checks.monitoring import alerts, expressions, objectives
from mlspec.codes import Code
from mlspec.compile import compile as compile_specs
from mlspec.diagnostics import Diagnostic
from mlspec.source.files import FilesInMemory

CASES = sorted(Path(__file__).with_name("diagnostics").glob("*.yaml"))
_NOTE = re.compile(r"#(?P<margin> *)(?P<marks>\^+) (?P<finding>MLS\d+ .*)")


def _read(case: Path) -> tuple[str, list[str]]:
    """The model without its notes, and each note as `line:column-end finding`."""
    lines: list[str] = []
    expected = []
    for line in case.read_text(encoding="utf-8").splitlines():
        if note := _NOTE.fullmatch(line):
            start = len(note["margin"]) + 2
            expected.append(f"{len(lines)}:{start}-{start + len(note['marks'])} {note['finding']}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n", expected


def _shown(found: Diagnostic) -> str:
    label = f" ({found.label})" if found.label not in ("", "promises nothing") else ""
    end = found.span.end_column if found.span.end_line == found.span.line else 0
    return f"{found.span.line}:{found.span.column}-{end} {found.code} {found.message}{label}"


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_findings_stand_where_the_case_notes_them(case: Path) -> None:
    text, expected = _read(case)
    model = dict.fromkeys(("specs/churn/model.joblib", "specs/churn/weights/config.json"), b"a model")
    files = FilesInMemory({"specs/churn/model.yaml": text.encode(), **model})
    found = [_shown(one) for one in compile_specs(files).diagnostics if one.code.startswith("MLS3")]
    assert found == expected


def test_every_diagnostic_has_a_case_of_its_name() -> None:
    declared = [value for module in (alerts, expressions, objectives) for value in vars(module).values()]
    assert {code.name for code in declared if isinstance(code, Code)} == {case.stem for case in CASES}
