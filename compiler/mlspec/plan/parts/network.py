"""Who may call a model and what it may call, as data."""

from __future__ import annotations

from msgspec import Struct, field

from .objects import Labels


class Peer(Struct, frozen=True):
    """Pods that may call the model."""

    namespace: str
    labels: Labels = field(default_factory=dict)


class Destination(Struct, frozen=True):
    """Addresses that the pod may call, or pods of the cluster."""

    cidr: str | None
    ports: tuple[int, ...]
    peer: Peer | None = None
    """In place of a range."""
    excluded: tuple[str, ...] = ()
    """Parts of the range that stay closed."""


class NetworkAccess(Struct, frozen=True):
    """What is let in and out; everything else is closed."""

    callers: tuple[Peer, ...]
    """Gateway, Prometheus and the callers named, in this order."""
    anyone: bool
    """True where callers cannot be told apart by namespace (a load balancer)."""
    destinations: tuple[Destination, ...]
    among_themselves: bool = False
    """True where the pods of a replica talk to each other, on ports that they choose when they start."""
