"""A bug of the compiler: status 3, a report to send, and no traceback in the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import changed_mlspec
from .snapshot import untouched

BUG = """
import mlspec.tree.compare
def compare(*arguments):
    return 1 / 0
mlspec.tree.compare.compare = compare
"""
BROKEN_OUTPUT = """
import mlspec.verify.verify, mlspec.compile
verify = mlspec.compile.verify
def broken(resolved, plan, rendered):
    for file in rendered:
        if file.path.endswith("deployment.yaml"):
            file.manifest["spec"]["replicaz"] = 2
    return verify(resolved, plan, rendered)
mlspec.compile.verify = broken
"""


def test_a_bug_leaves_a_report(workspace: Path, tmp_path: Path) -> None:
    before = untouched(workspace)
    finished = changed_mlspec(workspace, BUG, "compile", "--check", TMPDIR=str(tmp_path))
    assert finished.status == 3
    (report,) = tmp_path.glob("mlspec-bug-*.txt")
    assert finished.stdout == ""
    assert finished.stderr == (
        "mlspec has met a bug of its own: ZeroDivisionError: division by zero\n"
        f"Nothing of yours is lost. Please send the report {report} to the project.\n"
    )
    said = report.read_text(encoding="utf-8")
    assert "arguments: ['compile', '--check']" in said
    assert said.endswith("ZeroDivisionError: division by zero\n")
    assert untouched(workspace) == before


def test_a_report_that_cannot_be_kept_is_shown(workspace: Path) -> None:
    gone = "import tempfile; tempfile.tempdir = '/nowhere/at/all'"
    finished = changed_mlspec(workspace, f"{BUG}\n{gone}", "compile")
    assert finished.status == 3
    assert "ZeroDivisionError: division by zero\n" in finished.stderr
    assert "Traceback" in finished.stderr


@pytest.mark.parametrize("option", [[], ["--check"]], ids=str)
def test_an_output_that_is_wrong_is_a_bug_and_not_written(workspace: Path, option: list[str]) -> None:
    before = untouched(workspace)
    finished = changed_mlspec(workspace, BROKEN_OUTPUT, "compile", *option)
    assert finished.status == 3
    assert "error[MLS9" in finished.stderr
    assert "nothing was written" in finished.stderr
    assert untouched(workspace) == before
