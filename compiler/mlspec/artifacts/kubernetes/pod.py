"""Plan -> the template of the pods: where they run, as whom, and what they mount."""

from __future__ import annotations

from copy import deepcopy

from mlspec.artifacts.manifest import present
from mlspec.plan.plan import MODEL_VOLUME, Labels, Manifest, NodeGroup, Plan

from .container import SETTINGS, SHARED_MEMORY, TEMPORARY, server_container, worker_container
from .init_containers import init_containers

_REVISION = {
    "Deployment": "pod-template-hash",
    "Rollout": "rollouts-pod-template-hash",
    "LeaderWorkerSet": "leaderworkerset.sigs.k8s.io/template-revision-hash",
}
"""The label by which the pods of one revision are told from those of another."""


def pod_template(plan: Plan) -> Manifest:
    """A PodTemplateSpec under the Pod Security Standard *restricted*."""
    return _template(plan, plan.labels, server_container(plan))


def worker_template(plan: Plan, group: NodeGroup) -> Manifest:
    """The pods of a replica that do not answer."""
    return _template(plan, group.worker_labels, worker_container(plan, group))


def _template(plan: Plan, labels: Labels, container: Manifest) -> Manifest:
    placement = plan.placement
    return {
        "metadata": present({"labels": {**labels, **plan.pod_labels}, "annotations": dict(plan.pod_annotations)}),
        "spec": present(
            {
                "serviceAccountName": plan.names.service,
                "automountServiceAccountToken": False,
                # A namespace with a thousand Services would overflow the environment of every process.
                "enableServiceLinks": False,
                "imagePullSecrets": [{"name": name} for name in placement.image_pull_secrets],
                "nodeSelector": dict(placement.node_selector),
                "tolerations": deepcopy(list(placement.tolerations)),
                "affinity": _affinity(plan, plan.group) if plan.group else None,
                "topologySpreadConstraints": [_spread(plan, key) for key in placement.topology_keys],
                "terminationGracePeriodSeconds": plan.lifecycle.grace_period,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": plan.container.user_id,
                    "runAsGroup": plan.container.user_id,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "resourceClaims": claims(plan),
                "initContainers": init_containers(plan),
                "containers": [container],
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


def _affinity(plan: Plan, group: NodeGroup) -> Manifest:
    # What the cards of a replica send each other for every token crosses no zone, where it can be helped.
    term = {
        "labelSelector": {"matchLabels": dict(plan.selector)},
        "matchLabelKeys": [group.group_label],
        "topologyKey": group.topology_key,
    }
    return {
        "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]}
    }


def claims(plan: Plan) -> list[Manifest]:
    """PodResourceClaims for what the container's resources name."""
    claim = plan.claim
    return [{"name": claim.name, "resourceClaimTemplateName": claim.template}] if claim else []


def _volumes(plan: Plan) -> list[Manifest]:
    volumes: list[Manifest] = []
    if plan.settings is not None:
        volumes.append({"name": SETTINGS, "configMap": {"name": plan.names.settings}})
    volumes.append({"name": TEMPORARY, "emptyDir": {"sizeLimit": plan.container.temporary_storage}})
    if plan.container.shared_memory:
        memory = {"medium": "Memory", "sizeLimit": plan.container.shared_memory}
        volumes.append({"name": SHARED_MEMORY, "emptyDir": memory})
    if plan.model_volume:
        volumes.append({"name": MODEL_VOLUME, **deepcopy(plan.model_volume.source)})
    return volumes
