"""Plan -> the LeaderWorkerSet that runs replicas of several pods, each on a node of its own."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Plan

from .pod import pod_template, worker_template

LEADER_WORKER_SET = object_kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet")


@deployment
def leader_worker_set(plan: Plan) -> Iterator[File]:
    group, rollout = plan.group, plan.rollout
    if group is None:
        return
    description = {"kubernetes.io/description": plan.description} if plan.description else None
    manifest = {
        **LEADER_WORKER_SET,
        "metadata": metadata(plan, plan.workload.name, annotations=description),
        "spec": present(
            {
                "replicas": plan.replicas,
                "rolloutStrategy": {
                    "type": "RollingUpdate",
                    "rollingUpdateConfiguration": {
                        "maxSurge": rollout.max_surge,
                        "maxUnavailable": rollout.max_unavailable,
                    },
                },
                # By default all pods of a replica begin anew where one ends: they have one state between them.
                "leaderWorkerTemplate": {
                    "size": group.size,
                    "leaderTemplate": pod_template(plan),
                    "workerTemplate": worker_template(plan, group),
                },
            }
        ),
    }
    yield manifest_file(plan.folder, manifest, plan.source)
