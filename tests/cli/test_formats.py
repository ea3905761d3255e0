"""A format changes how a compile is told, not what it does nor how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .running import mlspec
from .snapshot import untouched


def account(folder: Path, *arguments: str) -> tuple[int, dict[str, object]]:
    ran = mlspec(folder, "compile", "--format", "json", *arguments)
    assert ran.stderr == ""
    document = json.loads(ran.stdout)
    assert document["status"] == ran.status
    return ran.status, document


def test_what_is_stale_and_what_was_edited_are_findings(workspace: Path) -> None:
    spec = workspace / "specs/churn/model.yaml"
    spec.write_text(spec.read_text().replace("replicas: 2", "replicas: 3"))
    (workspace / "generated/prod/fraud/service.yaml").write_text("mine")
    before = untouched(workspace)
    status, document = account(workspace, "--check")
    assert status == 1
    assert untouched(workspace) == before
    found = [(each["code"], each["path"]) for each in document["findings"]]  # type: ignore[attr-defined]  # JSON
    assert ("MLS502", "generated/prod/fraud/service.yaml") in found
    assert ("MLS501", "generated/prod/churn/deployment.yaml") in found
    status, document = account(workspace)
    assert status == 1
    assert {"path": "generated/prod/fraud/service.yaml", "kind": "edited"} in document["changes"]  # type: ignore[operator]  # JSON
    assert account(workspace, "--check")[0] == 0


def test_paths_are_seen_from_where_the_command_was_started(workspace: Path) -> None:
    (workspace / "generated/prod/churn/stray.yaml").write_text("kind: ConfigMap")
    ran = mlspec(workspace.parent, "compile", "-C", workspace.name, "--check", "--format", "github")
    assert ran.status == 1
    assert ran.stdout.startswith(f"::error file={workspace.name}/generated/prod/churn/stray.yaml,line=1")


@pytest.mark.parametrize("output_format", ["sarif", "junit"])
def test_an_error_in_a_spec_is_told_and_nothing_is_written(workspace: Path, output_format: str) -> None:
    (workspace / "specs/churn/model.yaml").write_text("apiVersion: mlspec.dev/v1\nkind: Model\n")
    before = untouched(workspace)
    ran = mlspec(workspace, "compile", "--format", output_format)
    assert ran.status == 2
    assert "MLS102" in ran.stdout
    assert untouched(workspace) == before


def test_what_is_in_the_way_is_a_finding(workspace: Path) -> None:
    (workspace / "generated/.mlspec/prod/churn.json").unlink()
    (workspace / "generated/prod/churn/service.yaml").write_text("mine")
    status, document = account(workspace, "--check")
    assert status == 2
    found = [(each["code"], each["path"]) for each in document["findings"]]  # type: ignore[attr-defined]  # JSON
    assert found == [("MLS503", "generated/prod/churn/service.yaml")]


def test_a_lost_header_is_an_error_and_removes_nothing(workspace: Path) -> None:
    spec = workspace / "specs/churn/model.yaml"
    spec.write_text("".join(spec.read_text().splitlines(keepends=True)[2:]))
    before = untouched(workspace)
    status, document = account(workspace)
    assert status == 2
    found = [(each["code"], each["path"], each["severity"]) for each in document["findings"]]  # type: ignore[attr-defined]  # JSON
    assert found == [("MLS022", "specs/churn/model.yaml", "error")]
    assert untouched(workspace) == before
