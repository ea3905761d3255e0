"""Plan -> the template of the pods that score files: the server's image and nodes, without anything that serves."""

from __future__ import annotations

from copy import deepcopy

from mlspec.artifacts.manifest import present
from mlspec.plan.plan import Batch, Manifest, Plan

from .container import SHARED_MEMORY, TEMPORARY, confined, resources
from .init_containers import init_containers
from .pod import claims


def batch_pod_template(plan: Plan, batch: Batch) -> Manifest:
    """A PodTemplateSpec under the Pod Security Standard *restricted*."""
    placement, user = plan.placement, plan.container.user_id
    writes = any(not mount.read_only for mount in batch.mounts)
    return {
        "metadata": present(
            {"labels": {**batch.labels, **batch.pod_labels}, "annotations": dict(batch.pod_annotations)}
        ),
        "spec": present(
            {
                # A shard's failures are counted by the Job, which a container that starts again by itself would hide.
                "restartPolicy": "Never",
                "serviceAccountName": batch.name,
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "imagePullSecrets": [{"name": name} for name in placement.image_pull_secrets],
                "nodeSelector": dict(placement.node_selector),
                "tolerations": deepcopy(list(placement.tolerations)),
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": user,
                    "runAsGroup": user,
                    # A new volume belongs to root; its group may then write to it.
                    **({"fsGroup": user, "fsGroupChangePolicy": "OnRootMismatch"} if writes else {}),
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "resourceClaims": claims(plan),
                "initContainers": init_containers(plan),
                "containers": [_container(plan, batch)],
                "volumes": _volumes(plan, batch),
            }
        ),
    }


def _container(plan: Plan, batch: Batch) -> Manifest:
    return present(
        {
            "name": batch.container,
            "image": plan.container.image,
            "command": list(batch.command),
            "args": list(batch.args),
            "ports": [{"name": batch.metrics_port_name, "containerPort": batch.metrics_port}],
            "env": deepcopy(list(batch.env)),
            "resources": resources(plan),
            "securityContext": confined(),
            "volumeMounts": _mounts(plan, batch),
        }
    )


def _mounts(plan: Plan, batch: Batch) -> list[Manifest]:
    mounts: list[Manifest] = [{"name": TEMPORARY, "mountPath": "/tmp"}]  # noqa: S108 the container's own
    if plan.container.shared_memory:
        mounts.append({"name": SHARED_MEMORY, "mountPath": "/dev/shm"})  # noqa: S108 likewise
    for each in batch.mounts:
        mount: Manifest = {"name": each.volume, "mountPath": each.mount_path}
        mounts.append({**mount, "readOnly": True} if each.read_only else mount)
    return mounts


def _volumes(plan: Plan, batch: Batch) -> list[Manifest]:
    volumes: list[Manifest] = [{"name": TEMPORARY, "emptyDir": {"sizeLimit": plan.container.temporary_storage}}]
    if plan.container.shared_memory:
        memory = {"medium": "Memory", "sizeLimit": plan.container.shared_memory}
        volumes.append({"name": SHARED_MEMORY, "emptyDir": memory})
    return [*volumes, *({"name": each.name, **deepcopy(each.source)} for each in batch.volumes)]
