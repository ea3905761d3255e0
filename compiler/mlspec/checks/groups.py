"""Checks of replicas that go over several nodes."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.resources import nodes

from .registry import check

NO_GROUPS = code(
    "MLS278",
    "no-groups",
    title="a replica of several nodes where the clusters have no LeaderWorkerSet",
    reason="Nothing there starts and ends the pods of one replica together.",
    remedy="set `leaderWorkerSet: true` in the environment once its controller is installed, or ask for one node",
)
STRATEGY = code(
    "MLS280",
    "strategy-of-groups",
    title="strategy recreate or canary for replicas of several nodes",
    reason="A LeaderWorkerSet replaces its replicas one after the other; it knows no other way.",
    remedy="remove `rollout.strategy`: of one replica the old one goes before the new one comes anyway",
)


@check(NO_GROUPS)
def no_groups(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    environment = resolved.environment
    if nodes(resolved) == 1 or environment.spec.leader_worker_set:
        return
    yield NO_GROUPS.error(
        resolved.at("resources", "accelerator", "nodes"),
        f"the clusters of {environment.name} have no LeaderWorkerSet",
        label="needs one",
        related=environment.related("not there", "leaderWorkerSet"),
    )


@check(STRATEGY)
def strategy_of_groups(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    strategy = resolved.spec.rollout.strategy
    if nodes(resolved) > 1 and strategy in ("recreate", "canary"):
        said = "cannot be recreated all at once" if strategy == "recreate" else "cannot be tried as a canary"
        message = f"replicas of several nodes {said}"
        yield STRATEGY.error(resolved.at("rollout", "strategy"), message, label="of one node alone")
