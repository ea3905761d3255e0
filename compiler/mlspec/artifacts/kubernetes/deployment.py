"""Plan -> the Deployment that runs the model server."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts import registry
from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.plan.plan import Manifest, Plan, Rollout

from .pod import pod_template

DEPLOYMENT = object_kind("apps/v1", "Deployment")


@registry.deployment
def deployment(plan: Plan) -> Iterator[File]:
    if plan.workload.kind != "Deployment":
        return
    description = {"kubernetes.io/description": plan.description} if plan.description else None
    manifest = {
        **DEPLOYMENT,
        "metadata": metadata(plan, plan.workload.name, annotations=description),
        "spec": present(
            {
                "replicas": plan.replicas,
                "progressDeadlineSeconds": plan.lifecycle.progress_deadline,
                "strategy": _strategy(plan.rollout),
                "selector": {"matchLabels": dict(plan.selector)},
                "template": pod_template(plan),
            }
        ),
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _strategy(rollout: Rollout) -> Manifest:
    if rollout.strategy == "Recreate":
        return {"type": "Recreate"}
    return {"rollingUpdate": {"maxSurge": rollout.max_surge, "maxUnavailable": rollout.max_unavailable}}
