"""ResolvedSpec -> the labels of every object, and the few by which pods are found."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec

from .names import instance
from .plan import Labels

NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
COMPONENT = "app.kubernetes.io/component"
SERVER, WORKER, BATCH = "model-server", "model-worker", "batch"
"""Components: pods that answer, pods that only compute for them, and pods of Jobs."""
RESERVED = ("app.kubernetes.io/", "mlspec.dev/")
"""Prefixes of keys that only the compiler writes."""


def plan_selector(model: str, environment: str) -> Labels:
    """A fixed small set: a Deployment's selector can never be changed."""
    return {NAME: model, INSTANCE: instance(model, environment)}


def plan_labels(resolved: ResolvedSpec) -> Labels:
    """The user's own labels last, so that the fixed ones stand first in every file."""
    metadata, environment = resolved.metadata, resolved.environment.name
    labels = {
        **plan_selector(resolved.name, environment),
        "app.kubernetes.io/version": resolved.spec.model.version,
        COMPONENT: SERVER if resolved.spec.serves else BATCH,
        "app.kubernetes.io/managed-by": "mlspec",
        "mlspec.dev/environment": environment,
    }
    if metadata.owner:
        labels["mlspec.dev/owner"] = metadata.owner
    return labels | dict(sorted(metadata.labels.items()))
