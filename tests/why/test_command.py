"""`mlspec why` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.why import command
from tests.why.test_why import PROD, SPEC

ANSWER = """\
generated/prod/churn/deployment.yaml:{line}  spec.replicas
  replicas: 3
  ┌─ specs/churn/model.yaml:11:13
11│   replicas: 3
  │             ^ replicas
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    for path, content in (
        ("specs/churn/model.yaml", SPEC),
        ("specs/churn/model.joblib", b"a model\n" * 9),
        ("specs/environments/prod.yaml", PROD),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["-C", str(root), *arguments])


def test_the_line_is_shown(workspace: Path) -> None:
    answered = run(workspace, "--format", "json", "generated/prod/churn/deployment.yaml", "spec.replicas")
    document = json.loads(answered.stdout)
    assert (document["version"], document["path"], document["reason"]) == (1, "spec.replicas", None)
    (origin,) = document["origins"]
    assert {key: origin[key] for key in ("kind", "file", "line", "column", "path", "value", "document")} == {
        "kind": "value",
        "file": "specs/churn/model.yaml",
        "line": 11,
        "column": 13,
        "path": "replicas",
        "value": "3",
        "document": "Model",
    }
    answered = run(workspace, f"generated/prod/churn/deployment.yaml:{document['line']}")
    assert (answered.exit_code, answered.stdout) == (0, ANSWER.format(line=document["line"]))


def test_a_file_that_is_not_compiled_yet_is_not_read(workspace: Path) -> None:
    edited = workspace / "generated/prod/churn/service.yaml"
    edited.parent.mkdir(parents=True)
    edited.write_text("by hand\n")
    answered = run(workspace, "generated/prod/churn/service.yaml:1")
    assert answered.exit_code == 1
    assert "run `mlspec compile`, and ask again" in answered.stderr


def test_a_spec_with_an_error_comes_first(workspace: Path) -> None:
    spec = workspace / "specs/churn/model.yaml"
    spec.write_bytes(SPEC.replace(b"replicas: 3", b"replicas: three"))
    try:
        answered = run(workspace, "generated/prod/churn/deployment.yaml:5")
    finally:
        spec.write_bytes(SPEC)
    assert answered.exit_code == 2
    assert "mend the specs first" in answered.stderr
