"""An Application may do what its model needs, and nothing that Argo CD syncs may widen that."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mlspec.artifacts.argocd.application import application
from mlspec.artifacts.argocd.destination import destination
from tests.artifacts.plans import ENVIRONMENT, GITOPS, PLANS, SMALLEST
from tests.artifacts.rendered import deployment_files, environment_files, objects

MODELS, ROOT, ROOT_APPLICATION = objects(environment_files())


def kinds(project: dict[str, Any]) -> set[tuple[str, str]]:
    return {(item["group"], item["kind"]) for item in project["spec"]["namespaceResourceWhitelist"]}


def application_of(name: str) -> dict[str, Any]:
    (found,) = [item for item in objects(deployment_files(name)) if item["kind"] == "Application"]
    return found


def test_a_project_permits_what_the_compiler_emits_and_nothing_else() -> None:
    emitted = {
        (item["apiVersion"].rpartition("/")[0], item["kind"])
        for name in PLANS
        for item in objects(deployment_files(name))
        if item["kind"] != "Application"
    }
    monitoring = {("monitoring.coreos.com", "ServiceMonitor"), ("monitoring.coreos.com", "PrometheusRule")}
    assert kinds(MODELS) - monitoring == emitted


def test_a_model_may_not_write_applications() -> None:
    of_argo = {kind for group, kind in kinds(MODELS) if group == "argoproj.io"}
    assert of_argo == {"AnalysisTemplate", "Rollout"}
    assert MODELS["spec"]["destinations"] == [{"name": "edge", "namespace": "ml-prod"}]


def test_the_root_may_do_nothing_else() -> None:
    assert kinds(ROOT) == {("argoproj.io", "Application")}
    assert ROOT["spec"]["destinations"] == [{"server": "https://kubernetes.default.svc", "namespace": "argocd"}]
    assert ROOT_APPLICATION["spec"]["project"] == ROOT["metadata"]["name"] != MODELS["metadata"]["name"]


@pytest.mark.parametrize("project", [MODELS, ROOT], ids=["models", "root"])
def test_a_project_reads_one_repository_and_makes_nothing_cluster_wide(project: dict[str, Any]) -> None:
    assert project["spec"]["sourceRepos"] == [ENVIRONMENT.repo]
    assert "clusterResourceWhitelist" not in project["spec"]


def test_deleting_the_root_leaves_the_models() -> None:
    assert "finalizers" not in ROOT_APPLICATION["metadata"]
    assert application_of("everything")["metadata"]["finalizers"]


def test_an_application_goes_where_its_project_permits() -> None:
    spec = application_of("slice")["spec"]
    assert spec["destination"] in MODELS["spec"]["destinations"]
    assert spec["project"] == MODELS["metadata"]["name"]


@pytest.mark.parametrize(
    ("cluster", "key"), [("https://10.0.0.1:6443", "server"), ("http://localhost", "server"), ("edge.eu_1", "name")]
)
def test_a_cluster_is_a_server_or_a_name(cluster: str, key: str) -> None:
    assert destination(cluster, "ml")[key] == cluster


def test_manual_sync_is_not_automated() -> None:
    assert "automated" not in application_of("slice")["spec"]["syncPolicy"]
    assert application_of("everything")["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}


def test_replicas_are_the_autoscalers() -> None:
    spec = application_of("public")["spec"]
    (ignored,) = spec["ignoreDifferences"]
    assert ignored["jsonPointers"] == ["/spec/replicas"]
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]
    assert "ignoreDifferences" not in application_of("slice")["spec"]


def test_who_starts_a_job_in_a_queue_is_not_argo_cd() -> None:
    spec = application_of("once")["spec"]
    (ignored,) = spec["ignoreDifferences"]
    assert (ignored["kind"], ignored["jsonPointers"][0]) == ("Job", "/spec/suspend")
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]


def test_options_only_where_they_matter() -> None:
    plan = replace(SMALLEST, gitops=replace(GITOPS, has_custom_resources=False))
    (made,) = objects(application(plan))
    assert made["spec"]["syncPolicy"]["syncOptions"] == [
        "ServerSideApply=true",
        "ApplyOutOfSyncOnly=true",
        "PruneLast=true",
    ]


def test_no_repository_no_application() -> None:
    assert list(application(SMALLEST)) == []
