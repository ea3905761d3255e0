"""Plan -> the server's container in the pod."""

from __future__ import annotations

from copy import deepcopy

from mlspec.artifacts.manifest import present
from mlspec.plan.plan import Container, Manifest, Plan, Probe

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
            "ports": [{"name": container.port_name, "containerPort": container.port}],
            "env": deepcopy(list(container.env)),
            "resources": present(
                {
                    "requests": dict(container.requests),
                    "limits": dict(container.limits),
                    "claims": [{"name": plan.claim.name}] if plan.claim else None,
                }
            ),
            "startupProbe": _probe(lifecycle.startup, container),
            "livenessProbe": _probe(lifecycle.liveness, container),
            "readinessProbe": _probe(lifecycle.readiness, container),
            # Endpoints forget the pod while it still serves; only then does the server begin to drain.
            "lifecycle": {"preStop": {"sleep": {"seconds": lifecycle.pre_stop}}},
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            },
            "volumeMounts": _mounts(container),
        }
    )


def _probe(probe: Probe, container: Container) -> Manifest:
    return {
        "httpGet": {"path": probe.path, "port": container.port_name},
        "periodSeconds": probe.period,
        "timeoutSeconds": probe.timeout,
        "failureThreshold": probe.failures,
    }


def _mounts(container: Container) -> list[Manifest]:
    mounts: list[Manifest] = [
        {"name": SETTINGS, "mountPath": container.settings_path, "readOnly": True},
        {"name": TEMPORARY, "mountPath": "/tmp"},  # noqa: S108 the container's own, not one of this machine
    ]
    if container.shared_memory:
        mounts.append({"name": SHARED_MEMORY, "mountPath": "/dev/shm"})  # noqa: S108 likewise
    return mounts
