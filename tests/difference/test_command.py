"""`mlspec diff` as a person and as CI call it: statuses, formats, and a way out of everything that can be wrong."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.diff import command

from .history import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def run(history: History, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["-C", str(history.root), *arguments], catch_exceptions=False)


def test_the_status_says_whether_anything_changes(history: History) -> None:
    same = run(history)
    assert (same.exit_code, same.stdout.startswith("nothing changes against ")) == (0, True)
    history.edit("maxReplicas: 8", "maxReplicas: 20")
    changed = run(history)
    assert (changed.exit_code, changed.stderr) == (1, "")
    assert "scaling            2..8 → 2..20" in changed.stdout


def test_the_json_document(history: History) -> None:
    history.edit("maxReplicas: 8", "maxReplicas: 20")
    document = json.loads(run(history, "--format", "json").stdout)
    assert document["version"] == 1
    assert document["summary"] == {"changed": 2, "added": 0, "removed": 0}
    (subject,) = (each for each in document["subjects"] if (each["model"], each["environment"]) == ("churn", "prod"))
    assert subject["state"] == "changed"
    row = {"sign": "~", "subject": "scaling", "before": "2..8", "after": "2..20", "notes": []}
    assert subject["rows"] == [row]


def test_the_comment_for_a_pull_request_holds_no_markup_of_a_spec(history: History) -> None:
    history.edit("owner: growth", "owner: growth, description: '<b>*@all*</b> | x'")
    history.edit("summary: few", "summary: '`x` | <img src=a> @all'")
    said = run(history, "--format", "markdown").stdout
    row = next(line for line in said.splitlines() if "summary" in line)
    # What would end the code span or the cell is written as a sign that looks alike.
    assert row == "| monitoring.alerts.FewRequests.summary | `few` | `\u02bbx\u02bb \u2223 <img src=a> @all` |  |"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--against", "nowhere"], "git knows no revision `nowhere` here"),
        (["--against=--output=/tmp/x"], "`--output=/tmp/x` is not a revision"),
    ],
)
def test_a_revision_that_is_none(history: History, arguments: list[str], said: str) -> None:
    result = run(history, *arguments)
    assert result.exit_code == 1
    assert said in result.output


def test_a_shallow_clone_is_told_how_to_get_the_rest(history: History, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    origin = history.root.as_uri()
    subprocess.run(["git", "clone", "--quiet", "--depth=1", "--branch=work", origin, str(clone)], check=True)
    history.root = clone
    result = run(history, "--against", "main")
    assert "the clone is shallow: `git fetch --unshallow`, or `fetch-depth: 0` in CI" in result.output


def test_outside_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    result = CliRunner().invoke(command, ["-C", str(tmp_path)])
    assert f"{tmp_path} is not in a git repository" in result.output


def test_without_git(history: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed, or not on PATH" in run(history).output


def test_specs_with_an_error_are_shown_and_not_compared(history: History) -> None:
    history.edit("maxReplicas: 8", "maxReplicas: many")
    result = run(history)
    assert result.exit_code == 2
    assert "error[MLS103]" in result.stderr
    assert result.stdout == ""


def test_a_model_kept_by_git_lfs_is_known_by_its_pointer(history: History) -> None:
    content = (history.root / "specs/churn/model.joblib").read_bytes()
    digest = subprocess.run(["sha256sum"], input=content, capture_output=True, check=True).stdout.decode()[:64]
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    history.write("specs/churn/model.joblib", pointer)
    history.commit()
    history.git("branch", "--force", "main", "work")
    (history.root / "specs/churn/model.joblib").write_bytes(content)
    assert run(history).exit_code == 0
