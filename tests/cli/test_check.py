"""`mlspec compile --check` looks and does not touch, whatever it finds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.tree.layout import Layout

from .running import mlspec
from .snapshot import untouched


def nothing(_: Path) -> None:
    """The workspace stays as it was compiled."""


def spec_changed(workspace: Path) -> None:
    spec = workspace / "specs/churn/model.yaml"
    spec.write_text(spec.read_text().replace("replicas: 2", "replicas: 3"))


def spec_deleted(workspace: Path) -> None:
    shutil.rmtree(workspace / "specs/churn")


def spec_wrong(workspace: Path) -> None:
    (workspace / "specs/churn/model.yaml").write_text("apiVersion: mlspec.dev/v1\nkind: Model\n")


def never_compiled(workspace: Path) -> None:
    shutil.rmtree(workspace / "generated")
    shutil.rmtree(workspace / "argocd")


def edited_by_hand(workspace: Path) -> None:
    (workspace / "generated/prod/churn/service.yaml").write_text("mine")
    (workspace / "generated/prod/fraud/service.yaml").unlink()


def somebody_elses(workspace: Path) -> None:
    (workspace / "generated/.mlspec/prod/churn.json").unlink()
    (workspace / "generated/prod/churn/service.yaml").write_text("mine")


def write_killed(workspace: Path) -> None:
    layout = Layout(workspace)
    (workspace / layout.staging).mkdir()
    (workspace / layout.staging / "7").write_text("half a fi")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (nothing, 0),
        (spec_changed, 1),
        (spec_deleted, 1),
        (spec_wrong, 2),
        (never_compiled, 1),
        (edited_by_hand, 1),
        (somebody_elses, 2),
        (write_killed, 0),
    ],
)
def test_check_changes_nothing(workspace: Path, change: Callable[[Path], None], status: int) -> None:
    change(workspace)
    before = untouched(workspace)
    assert mlspec(workspace, "compile", "--check").status == status
    assert untouched(workspace) == before


def test_compile_touches_only_what_it_changes(workspace: Path) -> None:
    before = untouched(workspace)
    assert mlspec(workspace, "compile").status == 0
    assert untouched(workspace) == before
    spec_changed(workspace)
    before = untouched(workspace)
    assert mlspec(workspace, "compile").status == 1
    after = untouched(workspace)
    outputs = (path for path in before.keys() | after.keys() if (workspace / path).is_file())
    changed = {path for path in outputs if before.get(path) != after.get(path) and "/.work/" not in path}
    wanted = {f"generated/{environment}/churn/deployment.yaml" for environment in ("prod", "staging")}
    assert changed - {f"generated/.mlspec/{environment}/churn.json" for environment in ("prod", "staging")} == wanted
