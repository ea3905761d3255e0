"""Subject -> how many replicas there should be and how many are ready, as kube-state-metrics says of each workload."""

from __future__ import annotations

from .promql import Matchers, select
from .subject import Subject


def wanted(subject: Subject) -> str:
    """Replicas that there should be; nothing where there is no such workload."""
    if subject.workload.kind == "Deployment":
        return _of_deployment(select("kube_deployment_spec_replicas", _deployment(subject)))
    if subject.workload.kind == "LeaderWorkerSet":
        return _of_leaders(select("kube_statefulset_replicas", _leaders(subject)))
    return _of_replica_sets(select("kube_replicaset_spec_replicas", _replica_sets(subject)))


def ready(subject: Subject) -> str:
    """Replicas that are ready, with the labels of those that are wanted."""
    if subject.workload.kind == "Deployment":
        return _of_deployment(select("kube_deployment_status_replicas_ready", _deployment(subject)))
    if subject.workload.kind == "LeaderWorkerSet":
        return _of_leaders(select("kube_statefulset_status_replicas_ready", _leaders(subject)))
    return _of_replica_sets(select("kube_replicaset_status_ready_replicas", _replica_sets(subject)))


def progress(subject: Subject, window: int) -> str:
    """How often a rollout got on within `window` seconds."""
    if subject.workload.kind == "Deployment":
        updated = select("kube_deployment_status_replicas_updated", _deployment(subject), window)
        return _of_deployment(f"changes({updated})")
    if subject.workload.kind == "LeaderWorkerSet":
        updated = select("kube_statefulset_status_replicas_updated", _leaders(subject), window)
        return _of_leaders(f"changes({updated})")
    return _of_replica_sets(f"changes({select('kube_replicaset_spec_replicas', _replica_sets(subject), window)})")


def _deployment(subject: Subject) -> Matchers:
    return {"namespace": subject.namespace, "deployment": subject.workload.name}


def _leaders(subject: Subject) -> Matchers:
    """A LeaderWorkerSet has its leaders, which answer, from a StatefulSet of its own name."""
    return {"namespace": subject.namespace, "statefulset": subject.workload.name}


def _replica_sets(subject: Subject) -> Matchers:
    """A Rollout has no metrics of its own there; its ReplicaSets are called after it and a hash."""
    return {"namespace": subject.namespace, "replicaset": f"~{subject.workload.name}-[a-z0-9]+"}


def _of_deployment(expression: str) -> str:
    """Without the labels of the kube-state-metrics that was asked."""
    return f"max by (namespace, deployment) ({expression})"


def _of_leaders(expression: str) -> str:
    return f"max by (namespace, statefulset) ({expression})"


def _of_replica_sets(expression: str) -> str:
    return f"sum by (namespace) (max by (namespace, replicaset) ({expression}))"
