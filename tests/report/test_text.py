"""A finding as a person reads it, whatever the line that it is about holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from mlspec.diagnostics import Diagnostic, Related, Severity, Span
from mlspec.report.text import render
from mlspec.source.files import FilesInMemory
from tests.golden import Golden
from tests.report.shown import SHOWN

GOLDEN = Path(__file__).parent / "golden"
SGR = re.compile(r"\x1b\[[0-9;]*m")
MOVES_THE_CURSOR = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

spans = st.builds(
    lambda line, column, lines, length: Span("a.yaml", line, column, line + lines, column + length),
    *(st.integers(1, 6), st.integers(1, 300), st.integers(0, 3), st.integers(0, 200)),
)
findings = st.builds(
    Diagnostic,
    code=st.sampled_from(["MLS001", "MLS002"]),
    message=st.text(),
    span=spans,
    label=st.text(),
    help=st.text(),
    related=st.lists(st.builds(Related, spans, st.text()), max_size=2).map(tuple),
    severity=st.sampled_from(Severity),
)


def test_every_finding_is_shown_like_this(golden: Golden) -> None:
    made = {f"{name}.txt": render(shown.findings, FilesInMemory(shown.files)) for name, shown in SHOWN.items()}
    golden.check(GOLDEN, {name: text.encode() for name, text in made.items()})


@pytest.mark.parametrize("name", SHOWN)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    files = FilesInMemory(SHOWN[name].files)
    coloured = render(SHOWN[name].findings, files, colour=True)
    assert SGR.sub("", coloured) == render(SHOWN[name].findings, files)
    assert coloured.count("\x1b[") == 2 * coloured.count("\x1b[0m")


def test_severity_and_kind_of_place_have_their_colours() -> None:
    shown = SHOWN["two-files"]
    lines = render(shown.findings, FilesInMemory(shown.files), colour=True).splitlines()
    assert lines[0] == (
        "\x1b[1;31merror[MLS203]\x1b[0m\x1b[1m: credit-risk asks for an accelerator that prod does not have\x1b[0m"
    )
    assert "\x1b[1;31m" + " " * 24 + "^^^^^^^^^^^ no such accelerator\x1b[0m" in lines[3]
    assert "\x1b[34m    --------- prod has" in lines[6]
    warning = SHOWN["warning-without-label-and-help"]
    assert render(warning.findings, FilesInMemory(warning.files), colour=True).startswith("\x1b[1;33mwarning[")


def test_nothing_found_is_nothing_shown() -> None:
    assert render([], FilesInMemory({})) == ""


@given(st.lists(findings, max_size=3), st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode()))
def test_nothing_raw_reaches_the_terminal(found: list[Diagnostic], content: bytes) -> None:
    files = FilesInMemory({"a.yaml": content})
    assert not MOVES_THE_CURSOR.search(render(found, files))
    assert not MOVES_THE_CURSOR.search(SGR.sub("", render(found, files, colour=True)))


@given(
    st.text(st.characters(categories=["L", "Mn", "N", "P", "S", "Zs"]), min_size=1, max_size=150),
    st.data(),
)
def test_the_caret_stands_below_what_it_is_about(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    span = Span("a.yaml", 1, start + 1, 1, start + 2)
    text = render([Diagnostic("MLS001", "m", span)], FilesInMemory({"a.yaml": line.encode()}))
    source, carets = (row[3:] for row in text.split("\n")[2:4])
    before = carets.index("^")
    prefix = line[:start]
    if not source.startswith("…") or line.startswith("…"):
        assert before == wcwidth.wcswidth(prefix)
    else:
        ends = [wcwidth.wcswidth(source[:end]) for end in range(len(source)) if source[end:].startswith(line[start])]
        assert before in ends
    assert wcwidth.wcswidth(source) <= 102
