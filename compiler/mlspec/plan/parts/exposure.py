"""How requests reach a model from outside of the cluster, as data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class GatewayRoute(Struct, frozen=True):
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


class Pool(Struct, frozen=True):
    """An InferencePool: a picker chooses a replica for each request."""

    endpoint_picker: str
    """The picker's Service."""
    port: int
    """Of that Service."""
    fail_open: bool


class IngressRoute(Struct, frozen=True):
    """An Ingress."""

    class_name: str
    host: str
    path: str
    tls_secret: str | None
    annotations: Mapping[str, str]


class LoadBalancer(Struct, frozen=True):
    """A Service of type LoadBalancer."""

    port: int = 80


Exposure = GatewayRoute | IngressRoute | LoadBalancer | None
