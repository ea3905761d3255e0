"""`mlspec publish` as CI calls it: from a commit of the specs to one in another repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.publish import command
from mlspec.gitops.address import from_anywhere
from tests.difference.history import History

from .servers import WHO, bare


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "workspace").mkdir()
    history = History(tmp_path / "workspace")
    history.git("remote", "add", "origin", "https://bot:secret@git.example.com/acme/models.git")
    return history


def run(history: History, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["-C", str(history.root), *arguments], catch_exceptions=False)


def test_specs_reach_another_repository_and_only_when_committed(history: History, tmp_path: Path) -> None:
    server = bare(tmp_path / "ops.git")
    assert run(history, "--repo", server.url, "--dry-run").exit_code == 1
    first = run(history, "--repo", server.url)
    assert first.exit_code == 0, first.output
    assert "churn 1.0.0 in prod and staging (new)" in first.stdout
    assert f"{server.url} (main): nothing to change\n" == run(history, "--repo", server.url).stdout
    history.edit("version: 1.0.0", "version: 1.1.0")
    dirty = run(history, "--repo", server.url)
    assert dirty.exit_code != 0
    assert "not committed: specs/churn/model.yaml" in dirty.output
    history.commit()
    assert "churn 1.0.0 -> 1.1.0 in prod" in run(history, "--repo", server.url).stdout
    said = server.git("log", "-1", "--format=%B", "main")
    assert f"Source-Commit: {history.git('rev-parse', 'HEAD').strip()}" in said
    assert "Source-Repository: https://git.example.com/acme/models.git" in said
    published = server.files()
    assert not any(path.startswith("generated/images/") for path in published)


def test_a_path_starts_where_one_stands(history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare(tmp_path / "ops.git")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run(history, "--repo", "../ops.git").exit_code == 0
    again = run(history, "--repo", str(tmp_path / "ops.git"))
    assert again.stdout == f"{tmp_path}/ops.git (main): nothing to change\n"
    history.git("remote", "set-url", "origin", "../ops.git")
    assert "is this repository" in run(history, "--repo", "../ops.git").stdout


@pytest.mark.parametrize("address", ["https://h/x.git", "git@h:acme/x.git", "ssh://h/x", "file:///x.git", "h:x", ""])
def test_what_is_no_path_stays(address: str, tmp_path: Path) -> None:
    assert from_anywhere(address, tmp_path) == address


def test_the_repository_of_the_specs_is_published_by_committing(history: History) -> None:
    gitops = "spec:\n  gitops: {repo: https://git.example.com/acme/models.git}\n"
    for name in ("prod", "staging"):
        history.edit("spec:\n", gitops, f"specs/environments/{name}.yaml")
    history.commit()
    result = run(history)
    assert result.exit_code == 0
    assert "is this repository: what `mlspec compile` writes is published by committing it here" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "no environment says where to"), (("--branch", "x"), "--branch goes with --repo")],
)
def test_where_to_is_not_said(history: History, arguments: tuple[str, ...], said: str) -> None:
    result = run(history, *arguments)
    assert result.exit_code != 0
    assert said in result.output
