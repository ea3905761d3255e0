"""Subject -> how full its replicas are: requests in hand, batches, processors, memory and accelerators."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mlspec.plan.dialects import MLSPEC
from mlspec.plan.monitoring import replicas
from mlspec.plan.monitoring.promql import Matchers, select
from mlspec.plan.parts.dashboard import RED, YELLOW, Panel, Query, Section
from mlspec_runtime import metric_names as metrics

from .panels import above, over, quantile
from .shown import Shown

_SECTION = 50
_NEARLY = Decimal("0.9")


def saturation(shown: Shown) -> Section:
    """Replicas first: they are what all the rest is divided by."""
    panels = [_replicas(shown), _in_hand(shown), *_batches(shown), _restarts(shown), _processor(shown), _memory(shown)]
    return Section(_SECTION, "Saturation", (*panels, *_accelerators(shown)))


def _replicas(shown: Shown) -> Panel:
    queries = [
        Query(f"sum({replicas.ready(shown.subject)})", "ready"),
        Query(f"sum({replicas.wanted(shown.subject)})", "wanted"),
    ]
    scaling = shown.resolved.spec.scaling
    if scaling:
        bounds = (("at least", scaling.min_replicas), ("at most", scaling.max_replicas))
        queries += [Query(f"vector({bound})", name) for name, bound in bounds]
    title = "Replicas"
    return Panel(51, title, "Ready, and as many as there should be.", "none", tuple(queries), least=Decimal(0))


def _in_hand(shown: Shown) -> Panel:
    """On the fullest replica, whose callers wait longest."""
    subject = shown.subject
    if subject.dialect is not MLSPEC:
        names = zip(subject.dialect.in_hand, ("at work", "waiting"), strict=True)
        queries = [Query(f"sum({select(metric, subject.series)})", name) for metric, name in names]
        about = "Over all replicas. Where requests always wait, the cards have no memory for more at once."
        return Panel(52, "Requests in hand", about, "none", tuple(queries), least=Decimal(0))
    waiting = f"max({select(metrics.QUEUE_DEPTH, subject.series)})"
    in_hand = f"max({select(metrics.REQUESTS_IN_PROGRESS, subject.series)})"
    mean = f"avg({select(metrics.REQUESTS_IN_PROGRESS, subject.series)})"
    server = shown.resolved.spec.server
    room = Decimal(server.concurrency + server.queue)
    return Panel(
        52,
        "Requests in hand of a replica",
        f"A replica works at {server.concurrency} at once and lets {server.queue} wait; beyond that it refuses.",
        "none",
        (Query(in_hand, "the fullest"), Query(mean, "on average"), Query(waiting, "waiting, of the fullest")),
        steps=above((Decimal(server.concurrency), YELLOW), (room, RED)),
        least=Decimal(0),
    )


def _batches(shown: Shown) -> Iterator[Panel]:
    batching, series = shown.resolved.spec.server.batching, shown.subject.series
    if batching is None or shown.subject.dialect is not MLSPEC:
        return
    total, count = (f"sum(rate({over(f'{metrics.BATCH_SIZE}_{part}', series)}))" for part in ("sum", "count"))
    most = quantile(_NEARLY, metrics.BATCH_SIZE, series)
    yield Panel(
        53,
        "Rows in a batch",
        f"At most {batching.max_size} fit; where batches are always full, requests wait for the next one.",
        "none",
        (Query(f"{total}\n/\n{count}", "on average"), Query(most, "p90")),
        steps=above((Decimal(batching.max_size), YELLOW)),
        least=Decimal(0),
    )


def _restarts(shown: Shown) -> Panel:
    restarts = f"sum(increase({over('kube_pod_container_status_restarts_total', shown.subject.containers)}))"
    return Panel(
        54,
        "Restarts",
        "Of the server's containers: killed for memory, ended by a probe, or fallen over by themselves.",
        "none",
        (Query(restarts, "restarts"),),
        steps=above((Decimal(1), RED)),
        least=Decimal(0),
    )


def _processor(shown: Shown) -> Panel:
    """There is no limit, so that more than was asked for is no fault while the node has some to spare."""
    used = f"rate({over('container_cpu_usage_seconds_total', shown.subject.containers)})"
    asked = Decimal(shown.resolved.spec.resources.cpu) / 1000
    return Panel(
        55,
        "Processor cores",
        f"Of each replica, which has asked for {asked.normalize():f} and may use what else its node has to spare.",
        "none",
        (Query(f"sum by (pod) ({used})", "{{pod}}"),),
        steps=above((asked, YELLOW)),
        least=Decimal(0),
    )


def _memory(shown: Shown) -> Panel:
    used = select("container_memory_working_set_bytes", shown.subject.containers)
    limit = Decimal(shown.subject.memory)
    return Panel(
        56,
        "Memory",
        "Of each replica; at the red line the kernel ends it.",
        "bytes",
        (Query(f"max by (pod) ({used})", "{{pod}}"),),
        steps=above((_NEARLY * limit, YELLOW), (limit, RED)),
        least=Decimal(0),
    )


def _accelerators(shown: Shown) -> Iterator[Panel]:
    subject = shown.subject
    if not subject.gpu:
        return
    # A MIG slice has no DCGM_FI_DEV_GPU_UTIL; the share of time with work, from 0 to 1, it has.
    metric, unit = (
        ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "percentunit") if subject.gpu_slice else ("DCGM_FI_DEV_GPU_UTIL", "percent")
    )
    full = Decimal(1 if subject.gpu_slice else 100)
    yield Panel(
        57,
        "Accelerators at work",
        "The share of the time in which each has something to do.",
        unit,
        _by_card(metric, subject.pods),
        least=Decimal(0),
        most=full,
    )
    yield Panel(
        58,
        "Memory of the accelerators",
        "That is taken; servers of language models take nearly all of it at once, whatever they need.",
        "mbytes",
        _by_card("DCGM_FI_DEV_FB_USED", subject.pods),
        least=Decimal(0),
    )


def _by_card(metric: str, pods: Matchers) -> tuple[Query, ...]:
    """Where the exporter is scraped without honorLabels, the labels of the pod arrive as `exported_…`."""
    exported = {f"exported_{label}": value for label, value in pods.items()}
    return (
        Query(f"max by (pod, gpu) ({select(metric, pods)})", "{{pod}} {{gpu}}"),
        Query(f"max by (exported_pod, gpu) ({select(metric, exported)})", "{{exported_pod}} {{gpu}}"),
    )
