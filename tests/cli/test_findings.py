"""Every command that compiles tells the findings on which it ends in every format, and says so on one option."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
from click.testing import CliRunner, Result

from mlspec.cli.__main__ import mlspec as group

from .test_commands import COMMANDS, ROOT

BROKEN = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn}
spec:
  model: {format: sklearn, version: 1.0.0, uri: ./model.joblib}
  réplicas: 2
"""
CODE, PLACE = "MLS101", "specs/churn/model.yaml"
ENDING = {
    "build": [],
    "compile": [],
    "diff": [],
    "lock": [],
    "promote": ["churn", "--from", "staging", "--to", "prod"],
    "publish": ["--allow-dirty"],
    "report": ["-o", "report.html"],
    "run": ["churn"],
    "test-rules": [],
    "why": ["generated/prod/churn/service.yaml:1"],
}
"""What compiles specs, with what else it has to be told."""
OTHERWISE = {"conformance", "explain", "lsp", "schema"}
"""What compiles no specs, or tells their findings to an editor."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("broken")
    (root / "specs/churn").mkdir(parents=True)
    (root / "specs/environments").mkdir()
    (root / "specs/churn/model.joblib").write_bytes(b"a model")
    (root / PLACE).write_text(BROKEN)
    for name in ("staging", "prod"):
        text = f"apiVersion: mlspec.dev/v1\nkind: Environment\nmetadata: {{name: {name}}}\n"
        (root / f"specs/environments/{name}.yaml").write_text(text)
    for arguments in (["init", "-b", "main"], ["add", "."], ["commit", "-qm", "broken"]):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)
    return root


def ran(root: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str, **variables: str) -> Result:
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(root.parent / "cache"))
    return CliRunner(env=dict(variables)).invoke(group, list(arguments), catch_exceptions=False)


def test_no_command_is_forgotten() -> None:
    assert sorted({*ENDING, *OTHERWISE, "init"}) == COMMANDS
    for name in (*ENDING, "init"):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert any("--findings" in each.opts for each in command.params), name


@pytest.mark.parametrize("name", ENDING)
@pytest.mark.parametrize("chosen", ["json", "sarif", "junit"])
def test_a_document_is_all_that_standard_output_holds(
    name: str, chosen: str, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = ran(broken, monkeypatch, name, *ENDING[name], "--findings", chosen)
    assert result.exit_code == 2, result.output
    if chosen == "junit":
        suite = ET.fromstring(result.stdout)[0]
        assert suite.get("name") == f"mlspec {name}"
        assert CODE in str([each.get("message") for each in suite.iter("failure")])
        return
    document = json.loads(result.stdout)
    if chosen == "sarif":
        assert [each["ruleId"] for each in document["runs"][0]["results"]] == [CODE]
        assert document["runs"][0]["invocations"][0]["exitCode"] == 2
    else:
        assert (document["command"], document["status"]) == (name, 2)
        assert [(each["code"], each["path"]) for each in document["findings"]] == [(CODE, PLACE)]
    assert CODE not in result.stderr


@pytest.mark.parametrize("name", sorted(ENDING))
def test_the_environment_says_it_for_all(name: str, broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = ran(broken, monkeypatch, name, *ENDING[name], MLSPEC_FINDINGS="github", GITHUB_ACTIONS="true")
    assert result.exit_code == 2
    said, other = (result.stdout, result.stderr) if name == "compile" else (result.stderr, result.stdout)
    assert said.startswith(f"::error file={PLACE},line=6,endLine=6,col=3,endColumn=10,title={CODE} unknown-key::")
    assert other == ""


def test_nothing_is_concluded_from_where_a_command_runs(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ran(broken, monkeypatch, "compile")
    assert ran(broken, monkeypatch, "compile", GITHUB_ACTIONS="true", CI="true").output == plain.output
    assert plain.stderr.startswith(f"error[{CODE}]: ")


def test_what_a_new_spec_would_be_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = "apiVersion: mlspec.dev/v1\nkind: Environment\nmetadata: {name: prod}\n"
    (tmp_path / "specs/environments").mkdir(parents=True)
    (tmp_path / "specs/environments/prod.yaml").write_text(f"{environment}spec: {{policy: {{requireOwner: true}}}}\n")
    result = ran(tmp_path, monkeypatch, "init", str(ROOT / "specs/churn/model.joblib"), "--findings", "json")
    assert result.exit_code == 2, result.output
    assert [each["code"] for each in json.loads(result.stdout)["findings"]] == ["MLS211"]
    assert result.stderr == "nothing was written\n"
    assert not (tmp_path / "specs/churn").exists()
