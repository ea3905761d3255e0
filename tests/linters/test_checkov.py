"""checkov finds nothing in what is generated but what checkov.toml lists with a reason, and all of that."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from mlspec.verify.rules.numbered import RULES
from tests.linters.listed import accepted, linters

ROOT = Path(__file__).resolve().parents[2]


@cache
def _failed(checkov: str) -> list[dict[str, Any]]:
    """Each failed check of each object and Dockerfile; nothing is asked of the network."""
    command = [checkov, "--directory", str(ROOT / "generated"), "--framework", "kubernetes", "dockerfile"]
    command += ["--output", "json", "--quiet", "--compact", "--soft-fail", "--skip-download"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    reports = json.loads(done.stdout)
    reports = reports if isinstance(reports, list) else [reports]
    assert {report["check_type"] for report in reports} == {"kubernetes", "dockerfile"}
    assert all(report["summary"]["parsing_errors"] == 0 for report in reports)
    assert all(report["summary"]["resource_count"] > 0 for report in reports)
    return [found for report in reports for found in report["results"]["failed_checks"]]


def test_no_finding_is_without_a_reason(require_tool: Callable[[str], str]) -> None:
    found = {
        (each["check_id"], each["check_name"], each["file_path"])
        for each in _failed(require_tool("checkov"))
        if each["check_id"] not in accepted()
    }
    assert sorted(found) == []


def test_no_reason_is_without_a_finding(require_tool: Callable[[str], str]) -> None:
    assert accepted().keys() <= {each["check_id"] for each in _failed(require_tool("checkov"))}


def test_each_check_of_the_other_linters_has_one_row() -> None:
    for linter in linters():
        parts = (linter.met.keys(), linter.not_met.keys(), linter.absent.keys())
        assert sum(map(len, parts)) == len({check for part in parts for check in part}), linter.project
        assert set(linter.met.values()) <= RULES.keys(), linter.project
    assert {linter.project: len({*linter.met, *linter.not_met, *linter.absent}) for linter in linters()} == {
        "kube-linter": 63,
        "kube-score": 39,
    }
