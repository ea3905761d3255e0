"""Plan -> the HorizontalPodAutoscaler, in an environment whose autoscaler it is."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Manifest, Plan, Scaling, ScalingMetric

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
            "scaleTargetRef": {
                "apiVersion": plan.workload.api_version,
                "kind": plan.workload.kind,
                "name": plan.workload.name,
            },
            "minReplicas": scaling.min_replicas,
            "maxReplicas": scaling.max_replicas,
            "metrics": [_metric(metric, scaling) for metric in scaling.metrics],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": scaling.scale_down_window}},
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _metric(metric: ScalingMetric, scaling: Scaling) -> Manifest:
    each = {"type": "AverageValue", "averageValue": metric.target}
    if metric.kind == "pods":
        return {"type": "Pods", "pods": {"metric": {"name": metric.series}, "target": each}}
    if metric.kind == "external":
        selector = {"matchLabels": {**scaling.selector, "metric": metric.name}}
        return {
            "type": "External",
            "external": {"metric": {"name": metric.series, "selector": selector}, "target": each},
        }
    # Of the server's container alone: a sidecar, of a mesh for instance, may request nothing, and then the use of a
    # whole pod has no meaning.
    utilization = {"type": "Utilization", "averageUtilization": int(metric.target)}
    resource = {"name": metric.kind, "container": scaling.container, "target": utilization}
    return {"type": "ContainerResource", "containerResource": resource}
