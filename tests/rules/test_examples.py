"""Every example keeps every rule, in every environment and every Kubernetes that may follow."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from mlspec.compile import Compilation
from mlspec.compile import compile as compile_workspace
from mlspec.source.files import FilesOnDisk
from tests.crds import crd_problems, require_crds
from tests.promtool import check_rules
from tests.rules.differences import differences
from tests.rules.outputs import deployments, problems

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = [environment.stem for environment in (ROOT / "specs" / "environments").glob("*.yaml")]
OWNERS = sorted(
    f"{environment}/{model.parent.name}"
    for model in (ROOT / "specs").glob("*/model.yaml")
    for environment in yaml.safe_load(model.read_bytes())["spec"].get("environments", ENVIRONMENTS)
)


@cache
def _examples() -> Compilation:
    return compile_workspace(FilesOnDisk(ROOT))


def test_the_examples_compile_without_findings_and_keep_every_rule() -> None:
    assert _examples().diagnostics == []
    assert problems(_examples()) == []


def test_each_example_is_compiled_for_each_environment() -> None:
    assert sorted(deployment.owner for deployment in deployments(_examples())) == OWNERS
    assert all(len(deployment.objects) > 5 for deployment in deployments(_examples()))


@pytest.mark.parametrize("owner", OWNERS)
def test_the_rules_of_prometheus_are_accepted(owner: str, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    (objects,) = [deployment.objects for deployment in deployments(_examples()) if deployment.owner == owner]
    assert any(manifest["kind"] == "PrometheusRule" for manifest in objects)
    assert check_rules(require_tool("promtool"), objects, tmp_path) == []


def test_custom_resources_fit_their_definitions() -> None:
    require_crds()
    for deployment in deployments(_examples()):
        assert crd_problems(deployment.objects) == []


def test_nothing_differs_after_applying() -> None:
    require_crds()
    for deployment in deployments(_examples()):
        assert list(differences(deployment.objects)) == []
