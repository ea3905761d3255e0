"""Every code has examples, and they are what they say: the wrong one has that finding, the right one has none."""

from __future__ import annotations

from pathlib import Path

import pytest

import mlspec
from mlspec.checks.lock import FOUND_BY_LOCKING, NOT_LOCKED
from mlspec.codes import all_codes
from mlspec.compile import compile as compile_workspace
from mlspec.diagnostics import Diagnostic, Severity
from mlspec.report.examples import Block, Examples, examples
from mlspec.source.files import FilesInMemory
from tests.architecture.declared import load_all

from .framed import workspace

_EXPLANATIONS = Path(mlspec.__file__).parent / "explanations"
_IN_A_TERMINAL = {
    "MLS001",  # an operating system that refuses to open a file
    "MLS003",  # bytes that are no text
    "MLS005",  # more lines than an example may have
    "MLS007",
    "MLS446",  # a registry that cannot be reached
    "MLS449",  # a store that cannot
    "MLS501",  # files as they stand
    "MLS502",
    "MLS503",
    "MLS504",
    "MLS505",
    "MLS506",
    "MLS901",  # a bug of ours
}
"""Whose wrong example no text of a workspace can be."""
_MENDED_IN_A_TERMINAL = {"MLS001", "MLS003", "MLS007", "MLS440", "MLS441", "MLS442", "MLS443", "MLS446", "MLS449"} | {
    f"MLS50{number}" for number in (1, 3, 4, 5, 6)
}
_NOT_BY_COMPILING = {*FOUND_BY_LOCKING, "MLS507"}
_BESIDES = {"MLS115": {"MLS231"}, "MLS116": {"MLS101"}, "MLS117": {"MLS231"}}
"""What a comment that sets aside is about."""
_CODES = sorted(path.stem for path in _EXPLANATIONS.glob("*.md"))


def test_every_code_has_examples_and_every_example_a_code() -> None:
    load_all()
    assert [code.id for code in all_codes()] == _CODES


@pytest.mark.parametrize("code", _CODES)
def test_the_wrong_example_has_the_finding(code: str) -> None:
    shown = examples(code)
    assert bool(_of_files(shown.wrong)) == (code not in _IN_A_TERMINAL)
    found = _found(_of_files(shown.wrong))
    expected = set() if code in _IN_A_TERMINAL | _NOT_BY_COMPILING else {code}
    assert {each.code for each in found} - {NOT_LOCKED.id} - {code} <= _BESIDES.get(code, set()), found
    assert expected <= {each.code for each in found}


@pytest.mark.parametrize("code", _CODES)
def test_the_right_example_compiles_without_the_finding(code: str) -> None:
    shown = examples(code)
    right = _of_files(shown.right)
    assert bool(right) == (code not in _MENDED_IN_A_TERMINAL)
    found = _found(_of_files(shown.wrong), right) if right else []
    errors = {each.code for each in found if each.severity is Severity.ERROR}
    # Whether a registry has a model is asked when it is locked.
    assert errors <= ({NOT_LOCKED.id} if code in FOUND_BY_LOCKING else set()), found
    assert code not in {each.code for each in found}


@pytest.mark.parametrize("code", _CODES)
def test_an_example_is_short_and_says_where_it_stands(code: str) -> None:
    shown = examples(code)
    for blocks in (shown.wrong, shown.right):
        lines = [line for block in blocks for line in block.text.splitlines()]
        assert 1 <= len(lines) <= 20
        assert max(map(len, lines)) <= 120
        assert not any(line.endswith(" ") or "\t" in line for line in lines)
    for block in _of_files(shown.wrong) + _of_files(shown.right):
        assert block.text.startswith("# specs/")
    assert (_EXPLANATIONS / f"{code}.md").read_text(encoding="utf-8") == _written(shown)


def _of_files(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.language != "console")


def _found(*parts: tuple[Block, ...]) -> list[Diagnostic]:
    return compile_workspace(FilesInMemory(workspace(*parts))).diagnostics if any(parts) else []


def _written(shown: Examples) -> str:
    """The one form of these files: nothing in them is left out when they are read."""
    parts = [shown.about] if shown.about else []
    for heading, blocks in (("Wrong", shown.wrong), ("Right", shown.right)):
        parts += [f"## {heading}", *(f"```{block.language}\n{block.text}```" for block in blocks)]
    return "\n\n".join(parts) + "\n"
