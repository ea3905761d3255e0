"""Plan -> the PodDisruptionBudget, where there is more than one replica to keep."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Plan

POD_DISRUPTION_BUDGET = object_kind("policy/v1", "PodDisruptionBudget")


@deployment
def pod_disruption_budget(plan: Plan) -> Iterator[File]:
    if not plan.disruption_budget:
        return
    manifest = {
        **POD_DISRUPTION_BUDGET,
        "metadata": metadata(plan, plan.names.service, wave=2),
        "spec": {
            "maxUnavailable": 1,
            # Otherwise a pod that never becomes ready would keep its node from being drained.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": dict(plan.selector)},
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source)
