"""What a commit meets when a spec is new, changed or deleted, and when its output was edited or is half staged."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import WORKSPACE
from tests.cli.running import mlspec
from tests.cli.snapshot import contents

from .repository import MANIFEST, ROOT, WHEELS, Repository, whole_repository
from .wheelhouse import write_wheels

SPEC = "specs/churn/model.yaml"
DEPLOYMENT = "generated/prod/churn/deployment.yaml"


def replicas(repository: Repository, number: int) -> None:
    spec = repository.root / SPEC
    lines = spec.read_text().splitlines()
    spec.write_text("\n".join([*lines[:-1], f"  replicas: {number}", ""]))


def add_spec(repository: Repository) -> None:
    folder = repository.root / "specs/spam"
    folder.mkdir()
    (folder / "model.joblib").write_bytes(b"model")
    (folder / "model.yaml").write_text((repository.root / SPEC).read_text().replace("churn", "spam"))


def is_compiled(repository: Repository, folder: Path) -> bool:
    """Whether the last commit, checked out elsewhere, is what compiling it gives."""
    repository.git("worktree", "add", "--quiet", "--detach", str(folder))
    return mlspec(folder, "compile", "--check").status == 0


def test_the_manifest_is_valid(require_tool: Callable[[str], str]) -> None:
    command = [require_tool("pre-commit"), "validate-manifest", str(ROOT / MANIFEST)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_nothing_to_do(compiling: Repository) -> None:
    (compiling.root / "README.md").write_text("what is here\n")
    compiling.git("add", "--all")
    before = contents(compiling.root, "generated", "argocd")
    commit = compiling.commit()
    assert commit.done, commit.said
    assert "mlspec compile" in commit.said
    assert contents(compiling.root, "generated", "argocd") == before
    assert compiling.changed() == []


@pytest.mark.parametrize("change", ["new", "changed", "deleted"])
def test_a_commit_of_a_spec_waits_for_its_output(compiling: Repository, change: str, tmp_path: Path) -> None:
    if change == "new":
        add_spec(compiling)
    elif change == "changed":
        replicas(compiling, 3)
    else:
        compiling.git("rm", "-r", "--quiet", "specs/churn")
    compiling.git("add", "--all")
    first = compiling.commit()
    assert not first.done
    assert {path.split("/")[0] for path in compiling.changed()} == {"specs", "generated"} | (
        set() if change == "changed" else {"argocd"}
    )
    compiling.git("add", "--all")
    second = compiling.commit()
    assert second.done, second.said
    assert compiling.changed() == []
    assert is_compiled(compiling, tmp_path / "elsewhere")
    present = any("/churn/" in path for path in compiling.committed())
    assert present == (change != "deleted")


def test_a_hand_edit_does_not_get_in(compiling: Repository) -> None:
    before = compiling.committed()
    (compiling.root / DEPLOYMENT).write_text("mine\n")
    (compiling.root / "generated/prod/churn/service.yaml").unlink()
    compiling.git("add", "--all")
    commit = compiling.commit()
    assert not commit.done
    assert f"{DEPLOYMENT} was edited by hand: put back" in commit.said
    assert "generated/prod/churn/service.yaml was deleted by hand: put back" in commit.said
    compiling.git("add", "--all")
    assert compiling.changed() == []
    assert compiling.committed() == before


def test_only_what_is_staged_is_compiled(compiling: Repository, tmp_path: Path) -> None:
    replicas(compiling, 3)
    compiling.git("add", "--all")
    replicas(compiling, 4)
    assert not compiling.commit().done
    assert "replicas: 3" in (compiling.root / DEPLOYMENT).read_text()
    assert "replicas: 4" in (compiling.root / SPEC).read_text(), "what was not staged is lost"
    compiling.git("add", "generated", "argocd")
    commit = compiling.commit()
    assert commit.done, commit.said
    assert compiling.changed() == [SPEC]
    assert is_compiled(compiling, tmp_path / "elsewhere")


def test_an_error_in_a_spec_stops_the_commit(compiling: Repository) -> None:
    (compiling.root / SPEC).write_text("apiVersion: mlspec.dev/v1\nkind: Model\n")
    compiling.git("add", "--all")
    commit = compiling.commit()
    assert not commit.done
    assert f"{SPEC}:2:1" in commit.said
    assert compiling.changed() == [SPEC]


def test_check_refuses_and_writes_nothing(checking: Repository) -> None:
    replicas(checking, 3)
    checking.git("add", "--all")
    commit = checking.commit()
    assert not commit.done
    assert "+  replicas: 3" in commit.said
    assert checking.changed() == [SPEC]
    assert mlspec(checking.root, "compile").status == 1
    checking.git("add", "--all")
    assert checking.commit().done


def test_check_sees_output_that_was_not_staged_with_its_spec(checking: Repository) -> None:
    replicas(checking, 3)
    assert mlspec(checking.root, "compile").status == 1
    checking.git("add", "specs")
    commit = checking.commit()
    assert not commit.done
    assert f"{DEPLOYMENT} is stale" in commit.said
    assert "replicas: 3" in (checking.root / DEPLOYMENT).read_text(), "what was not staged is lost"


def test_check_sees_a_deleted_spec(checking: Repository) -> None:
    checking.git("rm", "-r", "--quiet", "specs/churn")
    commit = checking.commit()
    assert not commit.done
    assert f"{DEPLOYMENT} should not exist" in commit.said


@pytest.mark.parametrize(("stage", "runs"), [("manual", True), ("pre-push", False), ("commit-msg", False)])
def test_the_hook_runs_where_files_are_committed(compiling: Repository, stage: str, runs: bool) -> None:
    replicas(compiling, 3)
    finished = compiling.run(stage)
    assert finished.done != runs, finished.said
    assert ("replicas: 3" in (compiling.root / DEPLOYMENT).read_text()) == runs


def test_as_users_install_it(tmp_path: Path, require_tool: Callable[[str], str], pytestconfig: pytest.Config) -> None:
    """From a tag of this repository, by pip, into an environment of pre-commit's own; then to the next tag."""
    if pytestconfig.getoption("--hypothesis-profile") != "nightly":
        pytest.skip("installs everything anew: for the nightly run")
    for tool in ("git", "pre-commit"):
        require_tool(tool)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    repository = Repository(tmp_path / "workspace", tmp_path / "home")
    shutil.copytree(WORKSPACE, repository.root)
    (repository.home / WHEELS).mkdir(parents=True)
    write_wheels([*project["build-system"]["requires"], *project["project"]["dependencies"]], repository.home / WHEELS)
    published = whole_repository(tmp_path / "published")
    assert mlspec(repository.root, "compile").stderr == ""
    repository.git("init", "--quiet", "--initial-branch", "main")
    repository.install("mlspec-compile", published)
    assert list(repository.home.glob("repo*/py_env-*/bin/mlspec"))
    replicas(repository, 3)
    repository.git("add", "--all")
    first = repository.commit()
    assert not first.done
    assert "2 models × 2 environments" in first.said, first.said
    repository.git("add", "--all")
    assert repository.commit().done
    published.git("commit", "--quiet", "--allow-empty", "--message", "another release")
    published.git("tag", "v0.2.0")
    assert "updating v0.1.0 -> v0.2.0" in repository.update()
