"""The names of a model's objects, what runs its pods, and a user's patch, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Labels = Mapping[str, str]
Manifest = dict[str, Any]
"""A Kubernetes object as plain dicts, lists and scalars, in the order in which a person reads it."""


class Names(Struct, frozen=True):
    """The name of every object; each at most 63 characters and valid for its kind."""

    service: str
    """Deployment, Service, ServiceAccount, PodDisruptionBudget, NetworkPolicy, route, ServiceMonitor, rules."""
    settings: str
    """The ConfigMap with the server's settings."""
    public_service: str
    """The Service of type LoadBalancer, beside the internal one."""
    horizontal_pod_autoscaler: str
    """The same under KEDA, so that a change of autoscaler never makes two."""
    application: str
    stable_service: str
    """The Service by which a route leads to the version that is in use, beside the one that leads to all pods."""
    canary_service: str
    """The Service by which it leads to the version that is tried."""
    group: str
    """The LeaderWorkerSet, in place of the Deployment. It makes a headless Service of its own name, which therefore
    cannot be that of the Service."""


class Workload(Struct, frozen=True):
    """The object that runs the pods: what an autoscaler scales, and whose replicas Argo CD leaves to it."""

    api_version: str
    kind: Literal["Deployment", "Rollout", "LeaderWorkerSet"]
    name: str


class Patch(Struct, frozen=True):
    """A user's override; `index` is its place in the spec."""

    index: int
    kind: str
    name: str | None
    patch: dict[str, Any] | list[dict[str, Any]]
