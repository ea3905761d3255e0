"""ResolvedSpec -> how a new version is tried on a growing share of the requests.

How Argo Rollouts counts pods: `CalculateReplicaCountsForBasicCanary` and `CalculateReplicaCountsForTrafficRoutedCanary`
in utils/replicaset/canary.go of argoproj/argo-rollouts.
"""

from __future__ import annotations

from itertools import pairwise

from mlspec.environment.resolved import ResolvedSpec

from .exposure import plan_exposure
from .monitoring.canary import HASH_ARGUMENT, canary_metrics
from .monitoring.objectives import INTERVAL
from .monitoring.promql import span
from .plan import Canary, GatewayRoute
from .quantities import gateway_duration
from .rollout import most_replicas


def plan_canary(resolved: ResolvedSpec, startup_budget: int) -> Canary | None:
    """None for other strategies; `startup_budget` in seconds. The spec has passed every check."""
    asked = resolved.spec.rollout.canary
    if asked is None:
        return None
    return Canary(
        shares=shares(resolved),
        # Go's durations, which Argo Rollouts reads, know no days either.
        pause=gateway_duration(asked.pause),
        routed=is_routed(resolved),
        trades_replicas=is_routed(resolved) and resolved.spec.resources.accelerator is not None,
        hash_argument=HASH_ARGUMENT,
        metrics=tuple(canary_metrics(resolved, startup_budget)),
        interval=span(INTERVAL),
        prometheus=resolved.environment.spec.prometheus.address,
    )


def shares(resolved: ResolvedSpec) -> tuple[int, ...]:
    """Percent of the requests at each step; none without a canary."""
    canary = resolved.spec.rollout.canary
    return tuple(int(share * 100) for share in canary.steps) if canary else ()


def is_routed(resolved: ResolvedSpec) -> bool:
    """Whether a route of the Gateway API divides the requests."""
    return isinstance(plan_exposure(resolved), GatewayRoute)


def replicas_beyond(resolved: ResolvedSpec) -> int:
    """Replicas that a routed canary adds for a while, where those of the old version go as the new ones come.

    At each step both versions have what their share needs, rounded up; the old one keeps what it had before the step
    until the new one is ready.
    """
    most = most_replicas(resolved)
    steps = pairwise((0, *shares(resolved), 100))
    return max(_replicas(most, later) + _replicas(most, 100 - earlier) - most for earlier, later in steps)


def _replicas(most: int, percent: int) -> int:
    return -(-most * percent // 100)
