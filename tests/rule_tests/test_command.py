"""`mlspec test-rules` with the real promtool: rules that are right pass, and one that an override broke is found."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Finished, ended, environment

MODEL = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn}
spec:
  model: {format: sklearn, version: 1.0.0, uri: ./model.joblib}
  monitoring:
    alerts:
      - {name: Mine, expr: 'vector(0) > 1', severity: ticket, summary: Never}
"""
BROKEN = """\
  overrides:
    - target: {kind: PrometheusRule}
      patch: [{op: replace, path: /spec/groups/0/rules/4/for, value: 1d}]
"""


def test_rules(folder: Path, *arguments: str, **variables: str) -> Finished:
    command = [sys.executable, "-m", "mlspec.cli", "test-rules", *arguments]
    return ended(command, folder, environment(**variables))


test_rules.__test__ = False  # type: ignore[attr-defined] # it is a command's name, no test


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "specs/churn").mkdir(parents=True)
    (tmp_path / "specs/churn/model.joblib").write_bytes(b"a model")
    (tmp_path / "specs/churn/model.yaml").write_text(MODEL)
    return tmp_path


def test_each_alert_passes(workspace: Path, require_tool: Callable[[str], str]) -> None:
    require_tool("promtool")
    finished = test_rules(workspace)
    first, last = finished.stdout.splitlines()
    assert first == "churn   default   22 scenarios passed; yours, syntax only: Mine"
    assert last.startswith("22 scenarios: all passed   ")
    assert (finished.status, finished.stderr) == (0, "")


def test_an_alert_that_an_override_broke_fails(workspace: Path, require_tool: Callable[[str], str]) -> None:
    require_tool("promtool")
    (workspace / "specs/churn/model.yaml").write_text(MODEL + BROKEN)
    finished = test_rules(workspace, "churn", "-e", "default")
    assert finished.status == 1
    assert "22 scenarios failed" in finished.stdout
    assert finished.stderr.startswith("churn in default:\n")
    assert "MlspecStartupSlow" in finished.stderr


def test_the_files_are_kept_where_they_are_asked_for(workspace: Path, require_tool: Callable[[str], str]) -> None:
    promtool = require_tool("promtool")
    kept = workspace / "kept"
    assert test_rules(workspace, "--output", "kept").status == 0
    (test,) = (kept / "default/churn").glob("*.test-30s.yaml")
    assert ended([promtool, "test", "rules", test.name], test.parent, environment()).status == 0


def test_what_is_not_there_is_told_with_what_is(workspace: Path, require_tool: Callable[[str], str]) -> None:
    require_tool("promtool")
    for arguments, said in (
        (["churm"], "error: there is no model `churm`; did you mean `churn`?\n"),
        (["-e", "prod"], "error: there is no environment `prod`; there are: default\n"),
    ):
        finished = test_rules(workspace, *arguments)
        assert (finished.status, finished.stderr) == (2, said)


def test_without_promtool_it_says_where_that_comes_from(workspace: Path) -> None:
    finished = test_rules(workspace, PATH=str(workspace))
    assert finished.status == 2
    assert "apt install prometheus" in finished.stderr
    assert shutil.which("promtool", path=str(workspace)) is None
