"""Plan -> the Rollout of Argo Rollouts that runs the model server where new versions are tried as canaries.

A Rollout with a template of its own, not one that refers to a Deployment: then there is one object that owns the pods,
that an autoscaler scales and an override patches, and no Deployment that has to stay at zero replicas.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Canary, Manifest, Plan

from .pod import pod_template

ROLLOUT = object_kind("argoproj.io/v1alpha1", "Rollout")
_GATEWAY_API = "argoproj-labs/gatewayAPI"


@deployment
def rollout(plan: Plan) -> Iterator[File]:
    if plan.canary is None:
        return
    description = {"kubernetes.io/description": plan.description} if plan.description else None
    manifest = {
        **ROLLOUT,
        "metadata": metadata(plan, plan.workload.name, annotations=description),
        "spec": present(
            {
                "replicas": plan.replicas,
                "progressDeadlineSeconds": plan.lifecycle.progress_deadline,
                # A version that does not start is given up, and what it holds is free again.
                "progressDeadlineAbort": True,
                "strategy": {"canary": _strategy(plan, plan.canary)},
                "selector": {"matchLabels": dict(plan.selector)},
                "template": pod_template(plan),
            }
        ),
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _strategy(plan: Plan, canary: Canary) -> Manifest:
    argument = {"name": canary.hash_argument, "valueFrom": {"podTemplateHashValue": "Latest"}}
    return {
        **(_by_route(plan, canary) if canary.routed else _by_pods(plan)),
        # From the first pause on: before it no pod of the new version has had a request.
        "analysis": {"templates": [{"templateName": plan.names.service}], "startingStep": 1, "args": [argument]},
        "steps": [
            step for share in canary.shares for step in ({"setWeight": share}, {"pause": {"duration": canary.pause}})
        ],
    }


def _by_route(plan: Plan, canary: Canary) -> Manifest:
    route = {"httpRoute": plan.names.service, "namespace": plan.namespace}
    return present(
        {
            "stableService": plan.names.stable_service,
            "canaryService": plan.names.canary_service,
            "dynamicStableScale": True if canary.trades_replicas else None,
            "trafficRouting": {"plugins": {_GATEWAY_API: route}},
        }
    )


def _by_pods(plan: Plan) -> Manifest:
    return {"maxSurge": plan.rollout.max_surge, "maxUnavailable": plan.rollout.max_unavailable}
