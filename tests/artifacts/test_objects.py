"""What holds for every object, whatever the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it ships no types
import pytest

from mlspec.artifacts.manifest import ManifestFile
from mlspec.verify.rules.registry import rule_problems
from tests.artifacts.plans import PLANS
from tests.artifacts.rendered import deployment_files, environment_files, objects
from tests.crds import crd_problems, require_crds
from tests.rules.differences import differences

MINORS = ["1.33", "1.34", "1.35", "1.36", "1.37"]
WAVES = {
    "ServiceAccount": "-2",
    "NetworkPolicy": "-2",
    "ConfigMap": "-2",
    "ResourceClaimTemplate": "-1",
    "AnalysisTemplate": "-1",
    "Deployment": None,
    "Rollout": None,
    "LeaderWorkerSet": None,
    "InferencePool": None,
    "Service": None,
    "HTTPRoute": "1",
    "Ingress": "1",
    "HorizontalPodAutoscaler": "2",
    "ScaledObject": "2",
    "PodDisruptionBudget": "2",
    "CronJob": None,
    # With whatever comes last: Argo CD waits for a wave's objects to be healthy, and a Job is so when it has ended.
    "Job": "2",
    "PodMonitor": "2",
}
CUSTOM = (
    "argoproj.io/",
    "keda.sh/",
    "gateway.networking.k8s.io/",
    "inference.networking.k8s.io/",
    "leaderworkerset.x-k8s.io/",
    "monitoring.coreos.com/",
)


def cluster_objects(name: str) -> list[dict[str, Any]]:
    """What Argo CD applies for a plan."""
    return [item for item in objects(deployment_files(name)) if item["kind"] != "Application"]


def leaves(value: Any) -> Iterator[Any]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield value
    for child in children:
        yield from leaves(child)


@pytest.mark.parametrize(
    ("name", "minor"),
    [(name, minor) for name, plan in PLANS.items() for minor in MINORS if not plan.claim or minor >= "1.34"],
)
def test_kubernetes_knows_every_field(name: str, minor: str) -> None:
    for item in cluster_objects(name):
        if not item["apiVersion"].startswith(CUSTOM):
            kubernetes_validate.validate(item, minor, strict=True)


@pytest.mark.parametrize("name", PLANS)
def test_custom_resources_have_the_fields_that_their_projects_define(name: str) -> None:
    require_crds()
    assert crd_problems(objects(deployment_files(name))) == []


def test_what_argo_cd_reads_has_the_fields_that_it_defines() -> None:
    require_crds()
    assert crd_problems(objects(environment_files())) == []


@pytest.mark.parametrize("name", PLANS)
def test_every_rule_of_the_output_holds(name: str) -> None:
    plan = PLANS[name]
    assert [str(problem) for problem in rule_problems(objects(deployment_files(name)), plan.kubernetes)] == []


def test_every_rule_holds_for_an_environment() -> None:
    assert [str(problem) for problem in rule_problems(objects(environment_files()), "1.35")] == []


@pytest.mark.parametrize("name", PLANS)
def test_every_object_has_the_labels_of_the_plan(name: str) -> None:
    plan = PLANS[name]
    queue = {"kueue.x-k8s.io/queue-name": "ml"}
    allowed = [plan.labels, *([plan.batch.labels, {**plan.batch.labels, **queue}] if plan.batch else [])]
    for item in objects(deployment_files(name)):
        assert item["metadata"]["labels"] in allowed


@pytest.mark.parametrize("name", PLANS)
def test_what_others_need_is_applied_first(name: str) -> None:
    for item in cluster_objects(name):
        wave = item["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave")
        first = item["kind"] == "HTTPRoute" and PLANS[name].canary is not None
        assert wave == (None if first else WAVES[item["kind"]]), item["kind"]


@pytest.mark.parametrize("name", PLANS)
def test_nothing_is_null_or_empty(name: str) -> None:
    for item in [*objects(deployment_files(name)), *objects(environment_files())]:
        empty = [value for value in leaves(item) if value is None or value in ({}, [])]
        assert not empty, item["kind"]


@pytest.mark.parametrize("name", PLANS)
def test_nothing_differs_after_applying(name: str) -> None:
    require_crds()
    assert list(differences([*objects(deployment_files(name)), *objects(environment_files())])) == []


@pytest.mark.parametrize("name", PLANS)
def test_the_manifest_beside_the_text_is_the_same(name: str) -> None:
    for file in deployment_files(name):
        if isinstance(file, ManifestFile):
            assert objects([file]) == [file.manifest]


@pytest.mark.parametrize("name", PLANS)
def test_changing_a_manifest_changes_no_other(name: str) -> None:
    before = {file.path: file.content for file in deployment_files(name)}
    for file in deployment_files(name):
        if isinstance(file, ManifestFile):
            for value in leaves(file.manifest):
                if isinstance(value, list):
                    value.append("patched")
                elif isinstance(value, dict):
                    value["patched"] = "yes"
    assert {file.path: file.content for file in deployment_files(name)} == before
