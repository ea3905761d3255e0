"""What holds for every finding: each code has a case, and message, label and help are three things, plainly said."""

from __future__ import annotations

import importlib
import pkgutil
import re

import mlspec
from mlspec.checks.lock import FOUND_BY_LOCKING
from mlspec.codes import all_codes, not_ignorable
from mlspec.diagnostics import Diagnostic, Related, Severity, Span
from tests.diagnostics.case import CASES, Case

ELSEWHERE = ("MLS0", "MLS5", "MLS9", *FOUND_BY_LOCKING)
"""What no workspace in memory shows: files (tests/source), the tree, bugs of ours (tests/verify), what a network says
(tests/locking)."""


def _findings() -> list[tuple[Case, Diagnostic]]:
    return [(case, found) for case in CASES for found in case.findings]


def test_every_code_has_a_case() -> None:
    for module in pkgutil.walk_packages(mlspec.__path__, "mlspec."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    declared = {code.id for code in all_codes() if not code.id.startswith(ELSEWHERE)}
    assert {code for case in CASES for code, _ in case.expected} == declared


def test_message_label_and_help_say_three_things() -> None:
    for case, found in _findings():
        said = [f" {_plain(text)} " for text in (found.message, found.label, found.help) if text]
        for index, text in enumerate(said):
            others = said[:index] + said[index + 1 :]
            assert not any(text in other for other in others), f"{case.path.stem}: {text!r} is said twice"
        assert found.help, f"{case.path.stem}: nothing says what to do"


MENDED_BY_ONE_VALUE = {
    "MLS101": "a key",
    "MLS103": "text that looks like a number",
    "MLS104": "sizes, durations, schedules, ranges of addresses, names",
    "MLS105": "a word",
    "MLS115": "a code in a comment",
    "MLS203": "an accelerator",
    "MLS205": "a MIG profile",
    "MLS206": "a size that follows from others",
    "MLS219": "a duration that follows from others",
    "MLS240": "the kind of an object",
    "MLS272": "an argument of the server, its value kept",
    "MLS307": "a metric in an expression",
    "MLS362": "an output",
    "MLS407": "a module",
    "MLS412": "a class",
}


def test_what_one_value_mends_has_it_as_its_fix() -> None:
    assert MENDED_BY_ONE_VALUE.keys() <= {found.code for _, found in _findings() if found.fix}


def test_a_warning_may_be_ignored_unless_it_is_about_a_comment() -> None:
    kept = {found.code for _, found in _findings() if found.severity is Severity.WARNING and not_ignorable(found)}
    assert kept == {"MLS114", "MLS115", "MLS116", "MLS117"}


def test_nobody_reads_the_words_of_a_program() -> None:
    for case, found in _findings():
        for text in (found.message, found.label, found.help):
            assert not re.search(r"None|pydantic|Input should|Traceback|\bdict\b|\bstr\b|<class", text), case.path.stem
            assert not re.search(r"\b(\w+) \1\b", text), f"{case.path.stem}: a word is said twice in {text!r}"
            assert not text.endswith("."), f"{case.path.stem}: {text!r} is no sentence"
            assert "\n" not in text, case.path.stem


def test_every_place_lies_in_its_file() -> None:
    for case, found in _findings():
        for place in (Related(found.span, found.label), *found.related):
            lines = case.content[place.span.file].decode().splitlines()
            assert place.span != Span(place.span.file), f"{case.path.stem}: the whole file is no place"
            assert 1 <= place.span.line <= place.span.end_line <= len(lines), case.path.stem
            assert 1 <= place.span.column <= len(lines[place.span.line - 1]) + 1, case.path.stem
            assert place.span.end_column <= len(lines[place.span.end_line - 1]) + 1, case.path.stem


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()
