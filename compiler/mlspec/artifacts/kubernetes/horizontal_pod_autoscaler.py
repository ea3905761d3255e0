"""Plan -> the HorizontalPodAutoscaler, in an environment whose autoscaler it is."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Manifest, Plan, ScalingMetric

HORIZONTAL_POD_AUTOSCALER = object_kind("autoscaling/v2", "HorizontalPodAutoscaler")


@deployment
def horizontal_pod_autoscaler(plan: Plan) -> Iterator[File]:
    scaling = plan.scaling
    if scaling is None or scaling.kind != "hpa":
        return
    manifest = {
        **HORIZONTAL_POD_AUTOSCALER,
        "metadata": metadata(plan, plan.names.horizontal_pod_autoscaler, wave=2),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.names.service},
            "minReplicas": scaling.min_replicas,
            "maxReplicas": scaling.max_replicas,
            "metrics": [_metric(metric, scaling.container) for metric in scaling.metrics],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": scaling.scale_down_window}},
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _metric(metric: ScalingMetric, container: str) -> Manifest:
    if metric.kind == "prometheus":
        target = {"type": "AverageValue", "averageValue": metric.target}
        return {"type": "External", "external": {"metric": {"name": metric.name}, "target": target}}
    utilization = {"type": "Utilization", "averageUtilization": int(metric.target)}
    resource = {"name": metric.kind, "container": container, "target": utilization}
    return {"type": "ContainerResource", "containerResource": resource}
