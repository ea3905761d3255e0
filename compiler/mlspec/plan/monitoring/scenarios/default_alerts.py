"""Subject -> scenarios in which each alert that every deployment gets fires, and in which it is silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from mlspec.plan.monitoring import alerts
from mlspec.plan.monitoring.options import is_enabled
from mlspec.plan.monitoring.subject import Subject
from mlspec.plan.plan import AlertingRule, Labels
from mlspec.spec.scalars import parse_duration
from mlspec_runtime import metric_names as metrics

from .accuracy import accuracy_scenarios
from .examples import example_of
from .scenario import SCRAPE_INTERVAL, Phase, Scenario, Series

_BEFORE = 600
"""Seconds of the state before an alert's own hold time counts, so that a window over it is full."""
_HOUR = 3_600
_COARSE = 300
_OVER, _UNDER = Decimal("1.01"), Decimal("0.99")
"""Times a threshold."""
_REQUESTS = 100_000
"""A scrape."""

Samples = tuple[str, Labels, Decimal | float, Decimal | int]
"""Metric, labels, level, and growth a scrape."""


def default_scenarios(subject: Subject) -> Iterator[Scenario]:
    """In the order of the alerts, of which some may be switched off."""
    return (scenario for scenario in _all(subject) if is_enabled(subject.options, scenario.alert))


def _all(subject: Subject) -> Iterator[Scenario]:
    yield from _metrics_absent(subject)
    yield from _no_replica_ready(subject)
    yield from _replicas_not_ready(subject)
    yield from _crash_looping(subject)
    yield from _startup_slow(subject)
    if subject.queue is not None:
        yield from _requests_refused(subject)
    if subject.dialect.waiting:
        yield from _requests_waiting(subject, subject.dialect.waiting)
    if subject.accuracy:
        yield from accuracy_scenarios(subject, subject.accuracy)
    yield from _memory_near_limit(subject)
    if subject.gpu:
        yield from _accelerator_idle(subject)


def _metrics_absent(subject: Subject) -> Iterator[Scenario]:
    rule = alerts.metrics_absent(subject)
    wanted = list(_replicas(subject, 1, 0))[:1]
    one, two = (("up", _target(subject, suffix)) for suffix in ("aaaaa", "bbbbb"))
    yield _scenario(rule, "every replica down", True, *wanted, (*one, 0, 0), (*two, 0, 0))
    yield _scenario(rule, "no replica to be found", True, *wanted)
    yield _scenario(rule, "one of two up", False, *wanted, (*one, 0, 0), (*two, 1, 0))
    if subject.min_replicas == 0:
        yield _scenario(rule, "scaled to zero", False, *_replicas(subject, 0, 0))


def _no_replica_ready(subject: Subject) -> Iterator[Scenario]:
    rule = alerts.no_replica_ready(subject)
    for name, wanted, ready, fires in (
        ("none of two", 2, 0, True),
        ("one of two", 2, 1, False),
        ("none wanted", 0, 0, False),
    ):
        yield _scenario(rule, name, fires, *_replicas(subject, wanted, ready))


def _replicas_not_ready(subject: Subject) -> Iterator[Scenario]:
    rule = alerts.replicas_not_ready(subject)
    for name, ready, progress, fires in (
        ("two of three", 2, 0, True),
        ("a rollout", 2, 1, False),
        ("all ready", 3, 0, False),
    ):
        yield _scenario(rule, name, fires, *_replicas(subject, 3, ready), *_rollout(subject, progress))


def _crash_looping(subject: Subject) -> Iterator[Scenario]:
    rule, metric = alerts.crash_looping(subject), "kube_pod_container_status_waiting_reason"
    labels = {**_container(subject, subject.workload.name), "reason": "CrashLoopBackOff"}
    namesake = {**_container(subject, f"{subject.workload.name}-eu"), "reason": "CrashLoopBackOff"}
    yield _scenario(rule, "waiting", True, (metric, labels, 1, 0))
    yield _scenario(rule, "pulling the image", False, (metric, {**labels, "reason": "ImagePullBackOff"}, 1, 0))
    yield _scenario(rule, "a model with a longer name", False, (metric, namesake, 1, 0))


def _startup_slow(subject: Subject) -> Iterator[Scenario]:
    rule, load = alerts.startup_slow(subject), subject.dialect.load
    limit = subject.options.startup_slow.threshold * subject.startup_budget
    for name, share, fires in (("near the budget", _OVER, True), ("within it", _UNDER, False)):
        if load:
            labels = {**_target(subject), metrics.VERSION: "1.0.0"}
            yield _scenario(rule, name, fires, (load, labels, share * limit, 0))
        else:
            yield _scenario(rule, name, fires, *_start(subject, share * limit))
    if not load:
        yield _scenario(rule, "ready again, long after its start", False, *_start(subject, 2 * subject.startup_budget))
        yield _scenario(rule, "not ready yet", False, *list(_start(subject, 0))[:1])
        yield _scenario(rule, "begun anew, and not ready yet", False, *_start(subject, -subject.startup_budget))


def _start(subject: Subject, seconds: Decimal | int) -> Iterator[Samples]:
    """So many from the start of the container to the time since which its pod is ready."""
    container = {**_container(subject, subject.workload.name), **_state_metrics()}
    pod = {label: value for label, value in container.items() if label != "container"}
    yield "kube_pod_container_state_started", container, _HOUR, 0
    yield "kube_pod_status_ready_time", pod, _HOUR + seconds, 0


def _requests_refused(subject: Subject) -> Iterator[Scenario]:
    rule, full = alerts.requests_refused(subject), subject.dialect.queue_full
    example, draining = example_of(subject.dialect), {metrics.REASON: metrics.REASON_DRAINING}
    requests = (subject.dialect.requests, {**_target(subject), **example.request, **example.failed})
    threshold = subject.options.requests_refused.threshold
    under = [("just under", full, _UNDER * threshold, False)] if threshold else []
    for name, reason, share, fires in (
        ("full", full, max(_OVER * threshold, Decimal("0.001")), True),
        *under,
        ("not any more", full, Decimal(0), False),
        ("at the end", draining, Decimal(1), False),
    ):
        refused = (subject.dialect.refused, {**_target(subject), **reason})
        yield _scenario(rule, name, fires, (*refused, 5, share * _REQUESTS), (*requests, 5, _REQUESTS))
    none = (subject.dialect.refused, {**_target(subject), **full})
    yield _scenario(rule, "no traffic", False, (*none, 5, 0), (*requests, 5, 0))


def _requests_waiting(subject: Subject, waiting: str) -> Iterator[Scenario]:
    rule = alerts.requests_waiting(subject, waiting)
    one, two = (_target(subject, suffix) for suffix in ("aaaaa", "bbbbb"))
    most = subject.options.requests_waiting.threshold
    yield _scenario(rule, "one too many", True, (waiting, one, most, 0), (waiting, two, 1, 0))
    yield _scenario(rule, "as many as may", False, (waiting, one, most, 0), (waiting, two, 0, 0))


def _memory_near_limit(subject: Subject) -> Iterator[Scenario]:
    rule, metric = alerts.memory_near_limit(subject), "container_memory_working_set_bytes"
    server, threshold = _container(subject, subject.workload.name), subject.options.memory_near_limit.threshold
    for name, share, labels, fires in (
        ("nearly all", _OVER, server, True),
        ("enough left", _UNDER, server, False),
        ("another container", _OVER, {**server, "container": "sidecar"}, False),
    ):
        yield _scenario(rule, name, fires, (metric, labels, share * threshold * subject.memory, 0))


def _accelerator_idle(subject: Subject) -> Iterator[Scenario]:
    rule = alerts.accelerator_idle(subject)
    metric, whole = ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", 1) if subject.gpu_slice else ("DCGM_FI_DEV_GPU_UTIL", 100)
    plain = {"namespace": subject.namespace, "pod": _pod(subject, subject.workload.name)}
    exporter = {"namespace": "gpu-operator", "pod": "dcgm-exporter-4kx9c"}
    exported = {**exporter, **{f"exported_{label}": value for label, value in plain.items()}}
    threshold = subject.options.accelerator_idle.threshold
    for name, share, labels, fires in (
        ("hardly busy", _UNDER, plain, True),
        ("hardly busy, labels exported", _UNDER, exported, True),
        ("busy enough", _OVER, plain, False),
    ):
        yield _scenario(rule, name, fires, (metric, labels, share * threshold * whole, 0), before=6 * _HOUR)


def _scenario(rule: AlertingRule, name: str, fires: bool, *samples: Samples, before: int = _BEFORE) -> Scenario:
    """The same state from the start until the alert's hold time is over."""
    wait = parse_duration(rule.for_) // timedelta(seconds=1)
    seconds = -(-(before + wait + 60) // _COARSE) * _COARSE
    series = tuple(
        Series(metric, labels, (Phase(2 * seconds, Decimal(growth), Decimal(str(level))),))
        for metric, labels, level, growth in samples
    )
    interval = SCRAPE_INTERVAL if seconds < _HOUR else _COARSE
    return Scenario(f"{rule.alert}: {name}", rule.alert, rule.labels["severity"], fires, series, seconds, interval)


def _workload(subject: Subject, revision: str = "7d9f8c6b5") -> Labels:
    """Of kube-state-metrics' figures of a Deployment, of a ReplicaSet of a Rollout, or of a StatefulSet of leaders."""
    name = subject.workload.name
    named = {
        "Deployment": {"deployment": name},
        "Rollout": {"replicaset": f"{name}-{revision}"},
        "LeaderWorkerSet": {"statefulset": name},
    }[subject.workload.kind]
    return {"namespace": subject.namespace, **named, **_state_metrics()}


def _replicas(subject: Subject, wanted: int, ready: int) -> Iterator[Samples]:
    if subject.workload.kind == "Deployment":
        yield "kube_deployment_spec_replicas", _workload(subject), wanted, 0
        yield "kube_deployment_status_replicas_ready", _workload(subject), ready, 0
        return
    if subject.workload.kind == "LeaderWorkerSet":
        yield "kube_statefulset_replicas", _workload(subject), wanted, 0
        yield "kube_statefulset_status_replicas_ready", _workload(subject), ready, 0
        return
    yield "kube_replicaset_spec_replicas", _workload(subject), wanted, 0
    yield "kube_replicaset_status_ready_replicas", _workload(subject), ready, 0
    # The last version, of which nothing is left, and a model with a longer name.
    for revision in ("5c4b7f9d8", "eu-7d9f8c6b5"):
        yield "kube_replicaset_spec_replicas", _workload(subject, revision), int(revision.startswith("eu")), 0
        yield "kube_replicaset_status_ready_replicas", _workload(subject, revision), 0, 0


def _rollout(subject: Subject, progress: int) -> Iterator[Samples]:
    """Pods of the new version that come at each scrape."""
    if subject.workload.kind == "Deployment":
        yield "kube_deployment_status_replicas_updated", _workload(subject), 1, progress
    elif subject.workload.kind == "LeaderWorkerSet":
        yield "kube_statefulset_status_replicas_updated", _workload(subject), 1, progress
    else:
        yield "kube_replicaset_spec_replicas", _workload(subject, "6b8d9c7f4"), 0, progress
        yield "kube_replicaset_status_ready_replicas", _workload(subject, "6b8d9c7f4"), 0, progress


def _container(subject: Subject, workload: str) -> Labels:
    names = {"namespace": subject.namespace, "pod": _pod(subject, workload), "container": subject.container}
    return {**names, "job": "kubelet"}


def _target(subject: Subject, suffix: str = "x2x4z") -> Labels:
    pod = _pod(subject, subject.workload.name, suffix)
    return {"namespace": subject.namespace, "job": subject.service, "pod": pod, metrics.MODEL: subject.model}


def _pod(subject: Subject, workload: str, suffix: str = "x2x4z") -> str:
    ordinal = {"x2x4z": 0, "aaaaa": 1, "bbbbb": 2}[suffix]
    return f"{workload}-{ordinal}" if subject.workload.kind == "LeaderWorkerSet" else f"{workload}-7d9f8c6b5-{suffix}"


def _state_metrics() -> Mapping[str, str]:
    return {"job": "kube-state-metrics", "instance": "10.0.0.7:8443"}
