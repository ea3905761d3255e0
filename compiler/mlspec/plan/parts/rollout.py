"""How a new version takes the place of an old one, as data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Rollout(Struct, frozen=True):
    """How new pods replace old ones."""

    strategy: Literal["RollingUpdate", "Recreate"]
    max_surge: int | str | None
    max_unavailable: int | str | None
    """None under Recreate."""


class CanaryMetric(Struct, frozen=True):
    """An objective, as the version that is tried has to keep it."""

    name: str
    query: str
    """PromQL with the share of the canary's requests that are bad; without a value where there is nothing to say."""
    limit: str
    """The share above which the canary ends."""


class Canary(Struct, frozen=True):
    """How a new version gets a growing share of the requests, and what ends it."""

    shares: tuple[int, ...]
    """Percent of the requests, growing."""
    pause: str
    """How long each share is watched."""
    routed: bool
    """Whether the route divides the requests; otherwise they follow the pods."""
    trades_replicas: bool
    """Whether replicas of the old version go as those of the new one come, so that their cards are free again."""
    hash_argument: str
    """The argument of the analysis by which it is told the hash in the names of the canary's pods."""
    metrics: tuple[CanaryMetric, ...]
    interval: str
    """Between two measurements."""
    prometheus: str
    """Address of the Prometheus that answers the queries."""
