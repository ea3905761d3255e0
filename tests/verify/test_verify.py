"""Who is to blame for a broken object: the override that changed it, or, where it was broken before, the compiler."""

from __future__ import annotations

import copy

import pytest

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile, rewrite
from mlspec.artifacts.registry import render_deployment
from mlspec.compile import compile as compile_workspace
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.build_plan import build_plan
from mlspec.plan.plan import Plan
from mlspec.source.files import FilesInMemory
from mlspec.verify.verify import verify

SPEC = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn}
spec:
  model: {format: sklearn, version: 1.0.0, uri: ./model.joblib}
"""
OVERRIDE = "  overrides: [{target: {kind: Service}, patch: {spec: {selector: {app: x}}}}]\n"


def _planned(text: str) -> tuple[ResolvedSpec, Plan, list[Output]]:
    files = {"specs/churn/model.yaml": text.encode(), "specs/churn/model.joblib": b"a model"}
    resolution = compile_workspace(FilesInMemory(files)).resolution
    plan = build_plan(resolution.specs[0], resolution.workspace, "0" * 64)
    return resolution.specs[0], plan, list(render_deployment(plan))


def _on_the_host(outputs: list[Output]) -> list[Output]:
    """The same outputs with a mistake, as a fault in an artifact would make it."""
    index = next(index for index, file in enumerate(outputs) if file.path.endswith("/deployment.yaml"))
    file = outputs[index]
    assert isinstance(file, ManifestFile)
    manifest = copy.deepcopy(file.manifest)
    manifest["spec"]["template"]["spec"]["hostNetwork"] = True
    return [*outputs[:index], rewrite(file, manifest), *outputs[index + 1 :]]


def test_a_deployment_as_it_is_made_is_left_alone() -> None:
    resolved, plan, outputs = _planned(SPEC)
    assert verify(resolved, plan, outputs) == (outputs, [])


@pytest.mark.parametrize(
    "overrides", ["", "  overrides: [{target: {kind: Service}, patch: {metadata: {annotations: {a: b}}}}]\n"]
)
def test_what_no_override_broke_is_a_bug_of_ours(overrides: str) -> None:
    resolved, plan, outputs = _planned(SPEC + overrides)
    _, (found,) = verify(resolved, plan, _on_the_host(outputs))
    assert found.code == "MLS901"
    assert found.span == resolved.model.name_span
    assert "Deployment/churn spec.template.spec.hostNetwork" in found.message


def test_both_are_told_apart() -> None:
    resolved, plan, outputs = _planned(SPEC + OVERRIDE)
    _, found = verify(resolved, plan, _on_the_host(outputs))
    assert {finding.code for finding in found} == {"MLS901", "MLS242"}
    assert {finding.span.line for finding in found if finding.code == "MLS242"} == {6}
