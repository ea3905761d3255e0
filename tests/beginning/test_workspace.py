"""A new workspace: what is written, that others' linters take it, and that nothing that is there is touched."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mlspec.compile import compile as compile_specs
from mlspec.source.files import FilesOnDisk
from mlspec.spec.json_schema import schema
from tests.cli.running import environment, mlspec
from tests.cli.snapshot import contents

from . import models
from .test_models import init

YAMLLINT = """
extends: default
rules:
  line-length: {max: 120}
  document-start: disable
  truthy: {check-keys: false}
  braces: {max-spaces-inside: 0}
  comments: {min-spaces-from-content: 1}
  comments-indentation: disable
"""
LINTERS = {
    "GitHub's schema": [
        "check-jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        ".github/workflows/models.yaml",
    ],
    "GitLab's schema": ["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", ".gitlab-ci.yml"],
    "zizmor": ["zizmor", "--offline", "--pedantic", "--quiet", "--no-progress", "."],
    "yamllint": [
        "yamllint",
        "--strict",
        "-d",
        YAMLLINT,
        ".github",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
        "specs",
    ],
    "pre-commit": ["pre-commit", "validate-config", ".pre-commit-config.yaml"],
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a spec in it; not to be changed."""
    folder = tmp_path_factory.mktemp("new")
    assert init(folder).exit_code == 0
    models.plain_pickle(folder / "fraud.pkl")
    assert init(folder, folder / "fraud.pkl").exit_code == 0
    return folder


@pytest.mark.parametrize("name", LINTERS)
def test_linters_take_it(workspace: Path, name: str, require_tool: Callable[[str], str]) -> None:
    command = [require_tool(LINTERS[name][0]), *LINTERS[name][1:]]
    # Some of them ask git which files there are, and one is inside of no repository here.
    variables = {**environment(), "GIT_CEILING_DIRECTORIES": str(workspace.parent)}
    finished = subprocess.run(command, cwd=workspace, env=variables, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_actions_are_pinned_and_may_read_alone(workspace: Path) -> None:
    workflow = yaml.safe_load((workspace / ".github/workflows/models.yaml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert [len(name.partition("@")[2]) for name in used] == [40, 40]


def test_the_schema_is_the_languages(workspace: Path) -> None:
    assert json.loads((workspace / "schemas/mlspec.dev_v1.json").read_text()) == json.loads(json.dumps(schema()))


def test_it_is_compiled_and_its_output_is_as_git_keeps_it(workspace: Path, tmp_path: Path) -> None:
    """The next command of a new user, as a process."""
    copy = Path(shutil.copytree(workspace, tmp_path / "copy"))
    finished = mlspec(copy, "compile")
    assert (finished.status, finished.stderr) == (1, "")
    assert finished.stdout.startswith("fraud   prod  staging   ")
    said = subprocess.run(
        ["git", "check-attr", "linguist-generated", "text", "--", "generated/prod/fraud/service.yaml"],
        cwd=_repository(copy),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "linguist-generated: set" in said
    assert "text: unset" in said


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "specs/environments").mkdir(parents=True)
    (tmp_path / "CODEOWNERS").write_text("* @me\n")
    (tmp_path / "specs/environments/prod.yaml").write_text("mine: true\n")
    (tmp_path / ".gitignore").symlink_to("nowhere")
    result = init(tmp_path)
    assert result.exit_code == 0
    assert (tmp_path / "CODEOWNERS").read_text() == "* @me\n"
    assert (tmp_path / "specs/environments/prod.yaml").read_text() == "mine: true\n"
    for path in ("CODEOWNERS", "specs/environments/prod.yaml", ".gitignore"):
        assert f"kept {path}, which is there already" in result.stdout
    before = contents(tmp_path)
    assert "nothing was missing" in init(tmp_path).stdout
    assert contents(tmp_path) == before


def test_what_is_only_read_in_the_root_of_a_repository_lies_there(
    tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    _repository(tmp_path)
    folder = tmp_path / "teams/risk models"
    folder.mkdir(parents=True)
    result = init(folder)
    assert result.exit_code == 0, result.output
    assert "wrote ../../.github/workflows/models.yaml" in result.stdout
    workflow = yaml.safe_load((tmp_path / ".github/workflows/models.yaml").read_text())
    assert workflow["jobs"]["check"]["defaults"] == {"run": {"working-directory": "teams/risk models"}}
    pipeline = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())
    assert pipeline["mlspec"]["script"][0] == "cd 'teams/risk models'"
    (hook,) = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert hook["entry"] == "mlspec compile -C 'teams/risk models'"
    assert "# /teams/risk\\ models/argocd/" in (tmp_path / "CODEOWNERS").read_text()
    assert sorted(path.name for path in folder.iterdir()) == [
        ".gitattributes",
        ".gitignore",
        "requirements.txt",
        "schemas",
        "specs",
    ]
    check = [require_tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    subprocess.run([*check, str(tmp_path / ".github/workflows/models.yaml")], check=True, capture_output=True)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = init(tmp_path, "--dry-run", "--ci", "gitlab")
    assert "would write .gitlab-ci.yml" in result.stdout
    assert ".github" not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_spec_that_is_there_is_not_written_again(workspace: Path) -> None:
    before = contents(workspace)
    result = init(workspace, workspace / "fraud.pkl")
    assert result.exit_code != 0
    assert "specs/fraud/model.yaml is there already: choose another name (--name), or edit it" in result.stderr
    assert contents(workspace) == before


def test_a_model_below_specs_stays_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "specs/fraud/trained"
    folder.mkdir(parents=True)
    models.plain_pickle(folder / "best.pkl")
    assert init(tmp_path, folder / "best.pkl").exit_code == 0
    assert "uri: ./trained/best.pkl" in (tmp_path / "specs/fraud/model.yaml").read_text()
    assert sorted(path.name for path in (tmp_path / "specs/fraud").iterdir()) == ["model.yaml", "trained"]


def test_what_the_compiler_does_not_take_is_not_written(tmp_path: Path) -> None:
    models.plain_pickle(tmp_path / "fraud.pkl")
    finished = mlspec(tmp_path, "init", "fraud.pkl", "--version", "1 0")
    assert finished.status == 2
    assert "specs/fraud/model.yaml" in finished.stderr
    assert finished.stderr.endswith("nothing was written\n")
    assert not (tmp_path / "specs").exists()


def _repository(folder: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def test_no_finding_without_a_model(tmp_path: Path) -> None:
    assert init(tmp_path).exit_code == 0
    assert compile_specs(FilesOnDisk(tmp_path)).diagnostics == []
