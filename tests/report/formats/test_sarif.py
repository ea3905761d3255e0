"""What is written is SARIF 2.1.0 by its own schema and by the validator of those who wrote the standard."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from mlspec.report.formats.sarif import render

from .accounts import PLACES, account


@pytest.fixture(scope="module")
def multitool(require_tool: Callable[[str], str]) -> Path:
    """Microsoft's validator; the schema lies beside it."""
    return Path(require_tool("sarif-multitool-linux")).resolve().parent


def run_of(document: str) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(document)["runs"][0]
    return run


def test_the_schema_and_the_validator_accept_it(multitool: Path, tmp_path: Path) -> None:
    document = render(account(folder="ml specs/"))
    schema = json.loads((multitool / "sarif-2.1.0.json").read_bytes())
    errors = [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(json.loads(document))]
    assert errors == []
    file = tmp_path / "mlspec.sarif"
    file.write_text(document, encoding="utf-8")
    ran = subprocess.run(
        [multitool / "Sarif.Multitool", "validate", file, "--output", tmp_path / "found.sarif"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = {result["ruleId"] for result in run_of((tmp_path / "found.sarif").read_text("utf-8-sig"))["results"]}
    assert found <= {"SARIF2005"}  # the project has no page in the web to name


def test_each_result_has_its_rule_its_place_and_its_fingerprint() -> None:
    run = run_of(render(account(folder="ml specs/")))
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 2}]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for rule in run["tool"]["driver"]["rules"]:
        assert "**Wrong**\n\n```yaml" in rule["help"]["markdown"]
        assert "\nWrong:\n" in rule["help"]["text"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert place in {f"ml%20specs/specs/{name}/model.yaml" for name in ("churn", "calm", "fraud%2C%20or%20not")}
    fingerprints = [result["partialFingerprints"]["mlspec/v1"] for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints) >= len(PLACES)


def test_what_is_set_aside_is_suppressed_and_not_lost() -> None:
    suppressed = [each for each in run_of(render(account()))["results"] if "suppressions" in each]
    assert [each["suppressions"] for each in suppressed] == [
        [{"kind": "inSource", "justification": "the gateway comes in March"}]
    ]
