"""ResolvedSpec -> the object that runs the pods: a Deployment, a Rollout for a canary, or groups of pods."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec

from .labels import COMPONENT, SERVER, WORKER, plan_labels
from .names import plan_names
from .plan import NodeGroup, Workload
from .resources import nodes

_LEADER_WORKER_SET = "leaderworkerset.x-k8s.io/v1"
_GROUP = "leaderworkerset.sigs.k8s.io/group-key"
"""Source: api/leaderworkerset/v1/leaderworkerset_types.go of kubernetes-sigs/lws, which puts it on every pod."""


def plan_workload(resolved: ResolvedSpec) -> Workload:
    """Its kind and name."""
    names = plan_names(resolved.name, resolved.environment.name)
    if nodes(resolved) > 1:
        return Workload(_LEADER_WORKER_SET, "LeaderWorkerSet", names.group)
    if resolved.spec.rollout.canary:
        return Workload("argoproj.io/v1alpha1", "Rollout", names.service)
    return Workload("apps/v1", "Deployment", names.service)


def pod_names(workload: Workload) -> str:
    """A regular expression, anchored by whoever matches with it, of the names of the workload's pods and no others'."""
    if workload.kind == "LeaderWorkerSet":
        return f"{workload.name}-[0-9]+(-[0-9]+)?"
    return f"{workload.name}-[a-z0-9]+-[a-z0-9]+"


def plan_group(resolved: ResolvedSpec, worker_args: tuple[str, ...]) -> NodeGroup | None:
    """None where a replica is one pod."""
    if nodes(resolved) == 1:
        return None
    return NodeGroup(
        size=nodes(resolved),
        worker_args=worker_args,
        leader_label={COMPONENT: SERVER},
        worker_labels={**plan_labels(resolved), COMPONENT: WORKER},
        group_label=_GROUP,
        topology_key="topology.kubernetes.io/zone",
    )
