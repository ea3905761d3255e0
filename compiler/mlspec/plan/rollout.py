"""ResolvedSpec -> how new pods replace old ones without waiting for a card that is not there."""

from __future__ import annotations

import math
from decimal import Decimal

from mlspec.environment.resolved import ResolvedSpec

from .plan import Rollout
from .resources import catalogue_entry, devices

DEFAULT_SURGE = Decimal("0.25")


def most_replicas(resolved: ResolvedSpec) -> int:
    """How many replicas there may be, rollouts aside."""
    scaling = resolved.spec.scaling
    return scaling.max_replicas if scaling else resolved.spec.replicas or 1


def most_pods(resolved: ResolvedSpec) -> int:
    """How many pods there may be, those of a batch among them."""
    batch = resolved.spec.batch
    return (most_replicas(resolved) if resolved.spec.serves else 0) + (batch.pods if batch else 0)


def surge_replicas(resolved: ResolvedSpec) -> int:
    """Replicas that the spec's surge, or the default one, adds at most."""
    share = resolved.spec.rollout.surge
    return math.ceil(most_replicas(resolved) * (DEFAULT_SURGE if share is None else share))


def plan_rollout(resolved: ResolvedSpec) -> Rollout:
    """On CPU a surge and nothing unavailable; on accelerators a surge only on cards that there are to spare."""
    asked, accelerator = resolved.spec.rollout, resolved.spec.resources.accelerator
    if asked.strategy == "recreate":
        return Rollout("Recreate", None, None)
    if accelerator is None:
        share = DEFAULT_SURGE if asked.surge is None else asked.surge
        return Rollout("RollingUpdate", f"{_percent(share)}%", 0) if share else Rollout("RollingUpdate", 0, 1)
    entry = catalogue_entry(resolved)
    spare = entry.spare // devices(accelerator) if entry else 0
    surge = min(spare, surge_replicas(resolved))
    if surge:
        return Rollout("RollingUpdate", surge, 0)
    # A LeaderWorkerSet knows no Recreate: of one replica, unavailable 1 is the same.
    if asked.strategy is None and most_replicas(resolved) == 1 and accelerator.nodes == 1:
        return Rollout("Recreate", None, None)
    return Rollout("RollingUpdate", 0, 1)


def _percent(share: Decimal) -> int:
    # Kubernetes takes whole percents; rounded up, since a surge of zero would be another strategy.
    return math.ceil(share * 100)
