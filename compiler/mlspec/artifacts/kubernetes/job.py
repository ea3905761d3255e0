"""Plan -> the Indexed Job that scores files once, or the CronJob that does it again and again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from msgspec.structs import asdict

from mlspec.artifacts import registry
from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.plan.plan import Batch, BatchSchedule, Manifest, Plan

from .batch_pod import batch_pod_template

JOB = object_kind("batch/v1", "Job")
CRON_JOB = object_kind("batch/v1", "CronJob")
_QUEUE = "kueue.x-k8s.io/queue-name"


@registry.batch
def job(plan: Plan, batch: Batch) -> Iterator[File]:
    """A Job cannot be changed: one that differs in anything is another Job, and has another name.

    Argo CD makes the new one and removes the old one; a name that is kept would be refused by the API server.
    """
    if batch.schedule is not None:
        return
    spec = _job_spec(plan, batch)
    # In the last wave: whatever came after it would wait for hours until the run has ended.
    placed = metadata(
        plan, f"{batch.name}-{_digest(plan, spec)}", wave=2, labels=batch.labels, annotations=_described(plan)
    )
    manifest = {**JOB, "metadata": {**placed, "labels": {**placed["labels"], **_queued(batch)}}, "spec": spec}
    yield manifest_file(plan.folder, manifest, plan.source, "batch")


@registry.batch
def cron_job(plan: Plan, batch: Batch) -> Iterator[File]:
    schedule = batch.schedule
    if schedule is None:
        return
    manifest = {
        **CRON_JOB,
        "metadata": metadata(plan, batch.name, labels=batch.labels, annotations=_described(plan)),
        "spec": {**_timing(schedule), "jobTemplate": _job_template(plan, batch)},
    }
    yield manifest_file(plan.folder, manifest, plan.source, "batch")


def _timing(schedule: BatchSchedule) -> Manifest:
    return {
        "schedule": schedule.cron,
        "timeZone": schedule.time_zone,
        # Two runs at once would share the cards that one of them needs.
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": schedule.starting_deadline,
    }


def _job_template(plan: Plan, batch: Batch) -> Manifest:
    return {"metadata": {"labels": {**batch.labels, **_queued(batch)}}, "spec": _job_spec(plan, batch)}


def _queued(batch: Batch) -> Manifest:
    return {_QUEUE: batch.queue} if batch.queue else {}


def _described(plan: Plan) -> Manifest | None:
    return {"kubernetes.io/description": plan.description} if plan.description else None


def _job_spec(plan: Plan, batch: Batch) -> Manifest:
    return present(
        {
            "completionMode": "Indexed",
            "completions": batch.shards,
            "parallelism": batch.parallelism,
            "backoffLimitPerIndex": batch.retries,
            # With it only once a pod has ended does another one take its shard: the two never write at once.
            "podFailurePolicy": {"rules": _failure_rules(batch)},
            "activeDeadlineSeconds": batch.deadline,
            "ttlSecondsAfterFinished": batch.keep_finished,
            # Kueue lets it go when there is room.
            "suspend": True if batch.queue else None,
            "template": batch_pod_template(plan, batch),
        }
    )


def _failure_rules(batch: Batch) -> list[Manifest]:
    """What no retry mends ends the run at once; what a node's end or a preemption interrupts counts as no failure."""
    codes = {"containerName": batch.container, "operator": "In", "values": [batch.hopeless]}
    disrupted = {"type": "DisruptionTarget", "status": "True"}
    return [{"action": "FailJob", "onExitCodes": codes}, {"action": "Ignore", "onPodConditions": [disrupted]}]


def _digest(plan: Plan, spec: Manifest) -> str:
    """8 hex digits over all that makes the Job, the user's patches of it included."""
    patches = [asdict(patch) for patch in plan.patches if patch.kind == JOB["kind"]]
    text = json.dumps([spec, patches], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
