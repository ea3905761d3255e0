"""Plan -> the containers that run and end before the server starts."""

from __future__ import annotations

from copy import deepcopy

from mlspec.artifacts.manifest import present
from mlspec.plan.plan import MODEL_VOLUME, Manifest, Plan

from .container import confined


def init_containers(plan: Plan) -> list[Manifest]:
    """What brings the model, where it is fetched."""
    volume = plan.model_volume
    if volume is None or volume.fetch is None:
        return []
    fetch = volume.fetch
    container = {
        "name": fetch.name,
        "image": plan.container.image,
        "command": list(fetch.command),
        "args": list(fetch.args),
        "env": deepcopy(list(fetch.env)),
        "resources": {"requests": dict(fetch.requests), "limits": dict(fetch.limits)},
        # Why a fetch has failed is its last line: `kubectl describe pod` shows it.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": confined(),
        "volumeMounts": [{"name": MODEL_VOLUME, "mountPath": volume.mount_path}],
    }
    return [present(container)]
