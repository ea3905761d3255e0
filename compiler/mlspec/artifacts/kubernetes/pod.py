"""Plan -> the template of the pods: where they run, as whom, and what they mount."""

from __future__ import annotations

from copy import deepcopy

from mlspec.artifacts.manifest import present
from mlspec.plan.plan import Manifest, Plan

from .container import SETTINGS, SHARED_MEMORY, TEMPORARY, server_container

_REVISION = {"Deployment": "pod-template-hash", "Rollout": "rollouts-pod-template-hash"}
"""The label by which the pods of one revision are told from those of another."""


def pod_template(plan: Plan) -> Manifest:
    """A PodTemplateSpec under the Pod Security Standard *restricted*."""
    placement = plan.placement
    return {
        "metadata": present({"labels": dict(plan.labels), "annotations": dict(plan.pod_annotations)}),
        "spec": present(
            {
                "serviceAccountName": plan.names.service,
                "automountServiceAccountToken": False,
                # A namespace with a thousand Services would overflow the environment of every process.
                "enableServiceLinks": False,
                "imagePullSecrets": [{"name": name} for name in placement.image_pull_secrets],
                "nodeSelector": dict(placement.node_selector),
                "tolerations": deepcopy(list(placement.tolerations)),
                "topologySpreadConstraints": [_spread(plan, key) for key in placement.topology_keys],
                "terminationGracePeriodSeconds": plan.lifecycle.grace_period,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": plan.container.user_id,
                    "runAsGroup": plan.container.user_id,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "resourceClaims": _claims(plan),
                "containers": [server_container(plan)],
                "volumes": _volumes(plan),
            }
        ),
    }


def _spread(plan: Plan, key: str) -> Manifest:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": dict(plan.selector)},
        # Without it the pods of the version that is going would count against those of the one that is coming.
        "matchLabelKeys": [_REVISION[plan.workload.kind]],
    }


def _claims(plan: Plan) -> list[Manifest]:
    claim = plan.claim
    return [{"name": claim.name, "resourceClaimTemplateName": claim.template}] if claim else []


def _volumes(plan: Plan) -> list[Manifest]:
    volumes: list[Manifest] = [
        {"name": SETTINGS, "configMap": {"name": plan.names.settings}},
        {"name": TEMPORARY, "emptyDir": {"sizeLimit": plan.container.temporary_storage}},
    ]
    if plan.container.shared_memory:
        memory = {"medium": "Memory", "sizeLimit": plan.container.shared_memory}
        volumes.append({"name": SHARED_MEMORY, "emptyDir": memory})
    return volumes
