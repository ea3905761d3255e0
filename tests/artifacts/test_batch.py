"""A Job and a CronJob as their plans decide: names that follow the content, and pods that no Service finds."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from mlspec.artifacts.file import File
from mlspec.artifacts.registry import render_deployment
from mlspec.plan.plan import Patch, Plan
from mlspec.verify.selector import subset
from tests.artifacts.plans import BATCH, NIGHTLY, ONCE
from tests.artifacts.rendered import objects


def _objects(plan: Plan, *kinds: str) -> list[dict[str, Any]]:
    made = objects([file for file in render_deployment(plan) if isinstance(file, File)])
    return [item for item in made if item["kind"] in kinds]


def _job_name(plan: Plan) -> str:
    (job,) = _objects(plan, "Job")
    name: str = job["metadata"]["name"]
    return name


def test_a_job_that_differs_in_anything_is_another_job() -> None:
    names = [
        _job_name(ONCE),
        _job_name(replace(ONCE, batch=replace(BATCH, parallelism=2))),
        _job_name(replace(ONCE, batch=replace(BATCH, args=("--input=/elsewhere",)))),
        _job_name(replace(ONCE, container=replace(ONCE.container, image="churn:2.0.0-0123456789ab"))),
        _job_name(replace(ONCE, batch=replace(BATCH, labels={**BATCH.labels, "team": "b"}))),
        _job_name(replace(ONCE, patches=(Patch(0, "Job", None, {"spec": {"parallelism": 1}}),))),
    ]
    assert len(set(names)) == len(names)
    assert all(name.startswith("churn-batch-") and len(name) == len("churn-batch-") + 8 for name in names)


def test_what_is_no_part_of_a_job_leaves_its_name() -> None:
    other = replace(ONCE, description="Another one", patches=(Patch(0, "ServiceAccount", None, {"metadata": {}}),))
    assert _job_name(other) == _job_name(ONCE)


def test_the_server_is_as_it_is_without_a_batch() -> None:
    alone = {file.path: file for file in render_deployment(replace(NIGHTLY, batch=None))}
    beside = {file.path: file for file in render_deployment(NIGHTLY)}
    assert alone.items() <= beside.items()
    assert sorted(path.rpartition("/")[2] for path in beside.keys() - alone) == [
        "cronjob-batch.yaml",
        "networkpolicy-batch.yaml",
        "podmonitor-batch.yaml",
        "serviceaccount-batch.yaml",
    ]


def test_nothing_of_a_server_is_left_where_nobody_is_served() -> None:
    kinds = {"Deployment", "Service", "ConfigMap", "ServiceMonitor", "HorizontalPodAutoscaler", "PodDisruptionBudget"}
    assert _objects(ONCE, *kinds) == []


def test_no_object_of_the_server_finds_the_pods_of_the_batch() -> None:
    (cron_job,) = _objects(NIGHTLY, "CronJob")
    labels = cron_job["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    for item in _objects(NIGHTLY, "Service", "NetworkPolicy", "ServiceMonitor"):
        selector = item["spec"].get("podSelector", item["spec"].get("selector"))
        finds = subset(selector.get("matchLabels", selector), labels)
        assert finds == (item["metadata"]["name"] == "churn-batch"), item["kind"]


def test_a_queue_starts_the_jobs_of_a_schedule() -> None:
    (cron_job,) = _objects(replace(NIGHTLY, batch=replace(NIGHTLY.batch or BATCH, queue="ml")), "CronJob")
    template = cron_job["spec"]["jobTemplate"]
    assert template["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "ml"
    assert template["spec"]["suspend"] is True
    assert "suspend" not in cron_job["spec"]
