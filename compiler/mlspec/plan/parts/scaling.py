"""How replicas follow demand, as data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from .objects import Labels


class ScalingMetric(Struct, frozen=True):
    """One thing to scale on: of a resource, or of the demand that Prometheus knows, asked by KEDA or for an HPA."""

    kind: Literal["cpu", "memory", "prometheus", "pods", "external"]
    """`pods` and `external` are what an HPA asks a metrics adapter for."""
    name: str
    """Different for each metric of a model."""
    target: str
    """Percent without sign for a resource, otherwise the value for each replica; for an HPA a canonical quantity."""
    query: str = ""
    """PromQL with the sum over all replicas; KEDA asks it, or it is recorded for the adapter."""
    activation: str | None = None
    """Above this the first replica starts; None for 0."""
    measured: bool = False
    """True where no value means that nobody measures, and not that there is no demand."""
    series: str = ""
    """The name under which the adapter serves it."""


class Scaling(Struct, frozen=True):
    """Replicas by demand; seconds."""

    kind: Literal["keda", "hpa"]
    min_replicas: int
    max_replicas: int
    metrics: tuple[ScalingMetric, ...]
    """In canonical order."""
    selector: Labels
    """Which of the external metrics are this model's; the metric's name comes on top."""
    scale_down_window: int
    cooldown: int
    """How long KEDA waits before it goes from one replica to none."""
    prometheus: str
    """Address of the Prometheus that answers the queries."""
    fallback_replicas: int
    container: str
    """Name of the container whose use is measured."""
