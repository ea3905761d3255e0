"""How requests reach a model from outside of the cluster, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class GatewayRoute:
    """An HTTPRoute of the Gateway API."""

    gateway: str
    namespace: str
    section: str | None
    host: str
    path: str
    timeout: str
    """A Gateway API duration."""
    pool: Pool | None = None
    """What it leads to in place of the Service."""


@dataclass(frozen=True)
class Pool:
    """An InferencePool: a picker chooses a replica for each request."""

    endpoint_picker: str
    """The picker's Service."""
    port: int
    """Of that Service."""
    fail_open: bool


@dataclass(frozen=True)
class IngressRoute:
    """An Ingress."""

    class_name: str
    host: str
    path: str
    tls_secret: str | None
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class LoadBalancer:
    """A Service of type LoadBalancer."""

    port: int = 80


Exposure = GatewayRoute | IngressRoute | LoadBalancer | None
