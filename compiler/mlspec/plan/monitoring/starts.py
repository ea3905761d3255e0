"""Subject -> how long a start took: as its server says it, or else as Kubernetes has seen it.

A container is ready for the first time within what its start-up probe gives it, or it is ended. A pod that becomes
ready later than that has been unready in between, and its start is long over.
"""

from __future__ import annotations

from mlspec_runtime import metric_names as metrics

from .promql import indent, select
from .subject import Subject

_LATE = 60
"""Seconds from the last probe of a start to the cluster's saying that the pod is ready, at most."""


def start_seconds(subject: Subject) -> str:
    """Of the slowest replica."""
    if subject.dialect.load:
        return f"max by (namespace, {metrics.MODEL}, {metrics.VERSION}) ({_loading(subject, subject.dialect.load)})"
    return f"max by (namespace) (\n{indent(_until_ready(subject))}\n)"


def start_seconds_by_pod(subject: Subject) -> str:
    """Of each replica."""
    if subject.dialect.load:
        return f"max by (pod, {metrics.VERSION}) ({_loading(subject, subject.dialect.load)})"
    return _until_ready(subject)


def _loading(subject: Subject, load: str) -> str:
    return select(load, subject.series)


def _until_ready(subject: Subject) -> str:
    """From the start of the server's container to the time since which its pod is ready."""
    ready = select("kube_pod_status_ready_time", subject.pods)
    started = select("kube_pod_container_state_started", subject.containers)
    by = "max by (namespace, pod)"
    return f"{by} ({ready})\n  -\n{by} ({started})\n<= {subject.startup_budget + _LATE}"
