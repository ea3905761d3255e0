"""Every way a file can be wrong has its own words at the right place."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.codes import Code
from mlspec.diagnostics import in_order
from mlspec.report.text import render
from mlspec.source import findings
from mlspec.source.files import FilesInMemory
from mlspec.source.read import Parsed, read_specs, together
from tests.golden import Golden
from tests.source.broken import BROKEN

GOLDEN = Path(__file__).parent / "golden"
SOURCE_CODES = {value.id for value in vars(findings).values() if isinstance(value, Code)}
# tests/source/test_read_specs.py, tests/diagnostics/cases/language
NOT_IN_A_FILE = {findings.UNREADABLE.id, findings.IGNORE_WITHOUT_REASON.id}


def read(content: bytes) -> tuple[Parsed, FilesInMemory]:
    files = FilesInMemory({"specs/model.yaml": content})
    return together(read_specs(files, "specs").values()), files


def test_every_broken_file_is_reported_in_these_words(golden: Golden) -> None:
    made = {}
    for name, content in BROKEN.items():
        parsed, files = read(content)
        made[f"{name}.txt"] = render(in_order(parsed.diagnostics), files).encode()
    golden.check(GOLDEN, made)


def test_every_code_of_the_stage_has_a_broken_file() -> None:
    seen = {found.code for content in BROKEN.values() for found in read(content)[0].diagnostics}
    assert seen == SOURCE_CODES - NOT_IN_A_FILE


@pytest.mark.parametrize("name", BROKEN)
def test_a_document_that_lacks_something_is_not_judged_further(name: str) -> None:
    parsed, _ = read(BROKEN[name])
    assert parsed.diagnostics
    assert parsed.complete == (name in WHOLE or name == "version-missing")
    assert bool(parsed.documents) == (name in WHOLE or name == "after-document-end")


WHOLE = {
    # the character is replaced, the first of two keys is taken, the tag or anchor is left out
    "control-character",
    "nul",
    "line-separator",
    "right-to-left-override",
    "mark-inside",
    "many-hidden-characters",
    "duplicate-key",
    "duplicate-key-three-times",
    "anchor-unused",
    "tag",
    "key-is-number",
    "key-is-boolean",
    "key-is-missing",
    "directive",
    "directive-tag",
    "empty-between-others",
    "too-many-documents",
}
