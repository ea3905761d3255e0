"""Subject -> the alerts that every deployment gets.

Metrics of others: kube-state-metrics (`kube_*`), cAdvisor in the kubelet (`container_*`), the DCGM exporter (`DCGM_*`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from mlspec.plan.plan import AlertingRule
from mlspec.plan.quantities import duration, seconds, size
from mlspec_runtime import metric_names as metrics

from . import replicas
from .accuracy import accuracy_low
from .options import is_enabled
from .promql import indent, number, select, span
from .starts import start_seconds
from .subject import Subject

_MINUTE, _HOUR = 60, 3_600


def default_alerts(subject: Subject) -> Iterator[AlertingRule]:
    """Outages first, as somebody looks for them; without those that the spec switches off."""
    return (rule for rule in _all(subject) if is_enabled(subject.options, rule.alert))


def _all(subject: Subject) -> Iterator[AlertingRule]:
    yield metrics_absent(subject)
    yield no_replica_ready(subject)
    yield replicas_not_ready(subject)
    yield crash_looping(subject)
    yield startup_slow(subject)
    if subject.queue is not None:
        yield requests_refused(subject)
    if subject.dialect.waiting:
        yield requests_waiting(subject, subject.dialect.waiting)
    if subject.accuracy:
        yield accuracy_low(subject, subject.accuracy)
    yield memory_near_limit(subject)
    if subject.gpu:
        yield accelerator_idle(subject)


def metrics_absent(subject: Subject) -> AlertingRule:
    """A server that nobody can scrape reports no failure either: silence is not availability."""
    nothing_up = f"absent({select('up', {'namespace': subject.namespace, 'job': subject.service})} == 1)"
    wanted = f"{replicas.wanted(subject)} > 0"
    to_zero, asked = subject.min_replicas == 0, subject.options.metrics_absent
    wait = asked.for_ + (_start(subject) if to_zero else timedelta())
    return AlertingRule(
        alert="MlspecMetricsAbsent",
        # `absent` has no labels to match by; without replicas there is nothing to scrape, and nothing is wrong.
        expr=f"{nothing_up}\nand on ()\n{wanted}" if to_zero else nothing_up,
        for_=duration(wait),
        labels=subject.labels(asked.severity or subject.outage),
        annotations={
            "summary": f"Prometheus reaches no replica of {subject.name}.",
            "description": "No replica has been scraped with success, so that nothing is known of its requests: "
            "all are down, or the network policy, the Service or the ServiceMonitor keeps Prometheus away.",
        },
    )


def no_replica_ready(subject: Subject) -> AlertingRule:
    """Requests that reach no server are in no metric of a server."""
    asked = subject.options.no_replica_ready
    return AlertingRule(
        alert="MlspecNoReplicaReady",
        expr=f"{replicas.ready(subject)} == 0\nand\n{replicas.wanted(subject)} > 0",
        for_=duration(asked.for_ + _start(subject)),
        labels=subject.labels(asked.severity or subject.outage),
        annotations={
            "summary": f"No replica of {subject.name} is ready.",
            "description": "Nobody answers its requests, for longer than a start may take.",
        },
    )


def replicas_not_ready(subject: Subject) -> AlertingRule:
    """As KubeDeploymentReplicasMismatch of the kubernetes-mixin: fewer than wanted, and no progress either."""
    wanted, ready = replicas.wanted(subject), replicas.ready(subject)
    asked, patience = subject.options.replicas_not_ready, timedelta(minutes=10) + _start(subject)
    progress = replicas.progress(subject, seconds(patience))
    return AlertingRule(
        alert="MlspecReplicasNotReady",
        expr=f"(\n{indent(wanted)}\n  -\n{indent(ready)}\n) > 0\nand\n{progress} == 0",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"Replicas of {subject.name} that are not ready: {{{{ $value }}}}.",
            "description": "Fewer replicas are ready than are wanted, and no rollout is getting on. Look at the events "
            "of the pods: no node may have room or the accelerator, or the new version does not start.",
        },
    )


def crash_looping(subject: Subject) -> AlertingRule:
    """The kubelet waits longer and longer before it starts the container again."""
    asked, waiting = subject.options.crash_looping, {**subject.containers, "reason": "CrashLoopBackOff"}
    reason = select("kube_pod_container_status_waiting_reason", waiting, 5 * _MINUTE)
    return AlertingRule(
        alert="MlspecCrashLooping",
        expr=f"max by (namespace, pod, container) (max_over_time({reason})) >= 1",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"The server of {subject.name} ends again and again.",
            "description": "The pod {{ $labels.pod }} is in CrashLoopBackOff: its log says why the last start ended. "
            "A start that takes longer than its probe allows is ended too.",
        },
    )


def startup_slow(subject: Subject) -> AlertingRule:
    """Before a start is too slow for its probe, and never ends well again."""
    asked, what = subject.options.startup_slow, "load its model" if subject.dialect.load else "start"
    return AlertingRule(
        alert="MlspecStartupSlow",
        expr=f"{start_seconds(subject)} > {number(asked.threshold)} * {subject.startup_budget}",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"{subject.name} takes {{{{ $value | humanizeDuration }}}} to {what}.",
            "description": f"The start-up probe gives a start {span(subject.startup_budget)} in all; one that takes "
            "longer is ended and begun anew. Raise `health.startup`, or make the model faster to load.",
        },
    )


def requests_refused(subject: Subject) -> AlertingRule:
    """Not now and then, which Retry-After is for, but all the time."""
    asked, dialect = subject.options.requests_refused, subject.dialect
    by = f"sum by (namespace, {metrics.MODEL})"
    refused = select(dialect.refused, {**subject.series, **dialect.queue_full}, 5 * _MINUTE)
    requests = select(dialect.requests, subject.requests, 5 * _MINUTE)
    return AlertingRule(
        alert="MlspecRequestsRefused",
        expr=f"{by} (rate({refused}))\n/\n{by} (rate({requests}))\n> {number(asked.threshold)}",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"{subject.name} refuses {{{{ $value | humanizePercentage }}}} of the requests.",
            "description": f"Its queue of {subject.queue} has been full for some time, and callers get 503: "
            "it needs more replicas, larger batches or a faster model.",
        },
    )


def requests_waiting(subject: Subject, waiting: str) -> AlertingRule:
    """Of a server whose queue has no end: nobody is refused, and everybody waits; `waiting` is the gauge of them."""
    asked, least = subject.options.requests_waiting, select(waiting, subject.series, 5 * _MINUTE)
    return AlertingRule(
        alert="MlspecRequestsWaiting",
        expr=f"sum by (namespace, {metrics.MODEL}) (min_over_time({least})) > {asked.threshold}",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"{{{{ $value | humanize }}}} requests to {subject.name} are always waiting.",
            "description": "Every replica has as many requests at work as its cards have memory for, and more come: "
            "it needs more replicas or cards, shorter prompts or a smaller `--max-model-len`.",
        },
    )


def memory_near_limit(subject: Subject) -> AlertingRule:
    """The working set is what the kernel kills for."""
    asked, used = subject.options.memory_near_limit, select("container_memory_working_set_bytes", subject.containers)
    return AlertingRule(
        alert="MlspecMemoryNearLimit",
        expr=f"max by (namespace, pod, container) ({used}) > {number(asked.threshold)} * {subject.memory}",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"The server of {subject.name} is near the limit of its memory.",
            "description": "The pod {{ $labels.pod }} uses {{ $value | humanize1024 }}B of "
            f"{size(subject.memory)}, above which it is killed. Raise `resources.memory`, or find what grows.",
        },
    )


def accelerator_idle(subject: Subject) -> AlertingRule:
    """Somebody pays for it, and nobody else can have it."""
    asked = subject.options.accelerator_idle
    # Where the exporter is scraped without honorLabels, the labels of the pod arrive as `exported_…`.
    exported = {f"exported_{label}": value for label, value in subject.pods.items()}
    # A MIG slice has no DCGM_FI_DEV_GPU_UTIL; the share of time with work, from 0 to 1, it has.
    metric, scale = ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "100 * ") if subject.gpu_slice else ("DCGM_FI_DEV_GPU_UTIL", "")
    least = number(100 * asked.threshold)
    used = "\nor\n".join(f"avg_over_time({select(metric, pods, 6 * _HOUR)})" for pods in (subject.pods, exported))
    return AlertingRule(
        alert="MlspecAcceleratorIdle",
        expr=f"{scale}avg (\n{indent(used)}\n) < {least}",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"The GPUs of {subject.name} are {{{{ $value | humanize }}}}% busy.",
            "description": f"For hours they have been used less than {least}%, on average over all replicas. "
            "Fewer replicas, a MIG slice, scaling to zero or no GPU at all would do.",
        },
    )


def _start(subject: Subject) -> timedelta:
    """From a pod on its node to one that answers, in whole minutes."""
    return timedelta(minutes=math.ceil((subject.delivery_budget + subject.startup_budget) / _MINUTE))
