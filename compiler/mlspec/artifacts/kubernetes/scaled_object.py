"""Plan -> KEDA's ScaledObject, in an environment whose autoscaler it is."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Manifest, Plan, Scaling, ScalingMetric, Workload

SCALED_OBJECT = object_kind("keda.sh/v1alpha1", "ScaledObject")

_FAILURES = 3
"""Polls, one every 30 seconds, that may fail before the fallback."""


@deployment
def scaled_object(plan: Plan) -> Iterator[File]:
    scaling = plan.scaling
    if scaling is None or scaling.kind != "keda":
        return
    manifest = {
        **SCALED_OBJECT,
        "metadata": metadata(plan, plan.names.service, wave=2),
        "spec": present(
            {
                "scaleTargetRef": _target(plan.workload),
                "minReplicaCount": scaling.min_replicas,
                "maxReplicaCount": scaling.max_replicas,
                "cooldownPeriod": scaling.cooldown if scaling.min_replicas == 0 else None,
                "fallback": _fallback(scaling),
                "advanced": {
                    "horizontalPodAutoscalerConfig": {
                        "name": plan.names.horizontal_pod_autoscaler,
                        "behavior": {"scaleDown": {"stabilizationWindowSeconds": scaling.scale_down_window}},
                    }
                },
                "triggers": [_trigger(metric, scaling) for metric in scaling.metrics],
            }
        ),
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _target(workload: Workload) -> Manifest:
    # A Deployment is what KEDA looks for where nothing else is said.
    if workload.kind == "Deployment":
        return {"name": workload.name}
    return {"apiVersion": workload.api_version, "kind": workload.kind, "name": workload.name}


def _fallback(scaling: Scaling) -> Manifest | None:
    # KEDA's admission webhook refuses a fallback where CPU and memory are all that there is to scale on.
    if all(metric.kind != "prometheus" for metric in scaling.metrics):
        return None
    return {
        "failureThreshold": _FAILURES,
        "replicas": scaling.fallback_replicas,
        # A Prometheus that is down must not take away replicas that are at work.
        "behavior": "currentReplicasIfHigher",
    }


def _trigger(metric: ScalingMetric, scaling: Scaling) -> Manifest:
    if metric.kind != "prometheus":
        target = {"value": metric.target, "containerName": scaling.container}
        return {"type": metric.kind, "name": metric.name, "metricType": "Utilization", "metadata": target}
    query = {"serverAddress": scaling.prometheus, "query": metric.query, "threshold": metric.target}
    if metric.activation is not None:
        query["activationThreshold"] = metric.activation
    if metric.measured:
        # Otherwise a scrape that breaks would look like a service that nobody asks, and take its replicas away.
        query["ignoreNullValues"] = "false"
    return {"type": "prometheus", "name": metric.name, "metadata": query}
