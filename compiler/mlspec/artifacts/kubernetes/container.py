"""Plan -> the server's container in the pod."""

from __future__ import annotations

from copy import deepcopy

from mlspec.artifacts.manifest import present
from mlspec.plan.plan import MODEL_VOLUME, Container, Manifest, NodeGroup, Plan, Probe

SETTINGS = "settings"
TEMPORARY = "tmp"
SHARED_MEMORY = "shared-memory"


def server_container(plan: Plan) -> Manifest:
    """A Container that nobody can take further than its own process: no root, no writable image, no capability."""
    container, lifecycle = plan.container, plan.lifecycle
    return present(
        {
            "name": container.name,
            "image": container.image,
            "args": list(container.args),
            "ports": [{"name": container.port_name, "containerPort": container.port}],
            "env": deepcopy(list(container.env)),
            "resources": resources(plan),
            "startupProbe": _probe(lifecycle.startup, container),
            "livenessProbe": _probe(lifecycle.liveness, container),
            "readinessProbe": _probe(lifecycle.readiness, container),
            # Endpoints forget the pod while it still serves; only then does the server begin to drain.
            "lifecycle": {"preStop": {"sleep": {"seconds": lifecycle.pre_stop}}},
            "securityContext": confined(),
            "volumeMounts": _mounts(plan),
        }
    )


def worker_container(plan: Plan, group: NodeGroup) -> Manifest:
    """The same on the other nodes of a replica, where nothing listens: its group is made anew when it ends."""
    container = plan.container
    return present(
        {
            "name": container.name,
            "image": container.image,
            "args": list(group.worker_args),
            "env": deepcopy(list(container.env)),
            "resources": resources(plan),
            "securityContext": confined(),
            "volumeMounts": _mounts(plan),
        }
    )


def resources(plan: Plan) -> Manifest:
    """What the container asks of its node, serving or not."""
    return present(
        {
            "requests": dict(plan.container.requests),
            "limits": dict(plan.container.limits),
            "claims": [{"name": plan.claim.name}] if plan.claim else None,
        }
    )


def confined() -> Manifest:
    """A SecurityContext with which a process gains nothing that it has not."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }


def _probe(probe: Probe, container: Container) -> Manifest:
    return {
        "httpGet": {"path": probe.path, "port": container.port_name},
        "periodSeconds": probe.period,
        "timeoutSeconds": probe.timeout,
        "failureThreshold": probe.failures,
    }


def _mounts(plan: Plan) -> list[Manifest]:
    container = plan.container
    mounts: list[Manifest] = []
    if container.settings_path:
        mounts.append({"name": SETTINGS, "mountPath": container.settings_path, "readOnly": True})
    mounts.append({"name": TEMPORARY, "mountPath": "/tmp"})  # noqa: S108 the container's own, not one of this machine
    if container.shared_memory:
        mounts.append({"name": SHARED_MEMORY, "mountPath": "/dev/shm"})  # noqa: S108 likewise
    if plan.model_volume:
        mounts.append({"name": MODEL_VOLUME, "mountPath": plan.model_volume.mount_path, "readOnly": True})
    return mounts
