"""ResolvedSpec -> the autoscaler: its bounds, its metrics in canonical order, and the queries behind them."""

from __future__ import annotations

from decimal import Decimal

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.scaling import Metric
from mlspec_runtime import metric_names as metrics

from .mig import is_slice
from .names import plan_names
from .plan import Scaling, ScalingMetric
from .quantities import seconds
from .resources import catalogue_entry

CONTAINER = "server"
_ORDER = ("cpu", "memory", "concurrency", "requests_per_second", "gpu_utilization", "query")
"""The order in which the metrics are written, whatever their order in the spec."""
_RATE_WINDOW = "2m"
"""Four scrapes at the usual 30 s, so that one that fails does not stop the scaling."""
_COOLDOWN = 300
_CARD_UTILIZATION = "DCGM_FI_DEV_GPU_UTIL"
"""Percent; DCGM has none for a slice."""
_SLICE_ACTIVE = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
"""From 0 to 1. Source: NVIDIA/DCGM#80 and NVIDIA/dcgm-exporter#216, where its maintainers name it for slices."""
RESOURCE_METRICS = ("cpu", "memory")
"""What an HPA can measure by itself; everything else is a query of Prometheus."""


def plan_scaling(resolved: ResolvedSpec, startup_budget: int) -> Scaling | None:
    """None where the number of replicas is fixed; `startup_budget` in seconds."""
    asked, environment = resolved.spec.scaling, resolved.environment.spec
    if asked is None:
        return None
    wanted = seconds(asked.scale_down_after) if asked.scale_down_after is not None else _COOLDOWN
    ordered = sorted(asked.metrics, key=lambda metric: (_ORDER.index(metric.kind), _query_text(metric)))
    return Scaling(
        kind=environment.autoscaler,
        min_replicas=asked.min_replicas,
        max_replicas=asked.max_replicas,
        metrics=tuple(_metric(resolved, metric) for metric in ordered),
        # Never below the start-up time: a replica that is about to be ready would be taken away again.
        scale_down_window=min(3600, max(wanted, startup_budget)),
        cooldown=max(wanted, startup_budget),
        prometheus=environment.prometheus.address,
        # Half way, while Prometheus does not answer: neither an outage at the minimum nor the bill of the maximum.
        fallback_replicas=max(1, (asked.min_replicas + asked.max_replicas + 1) // 2),
        container=CONTAINER,
    )


def _query_text(metric: Metric) -> str:
    return metric.query.promql if metric.query else ""


def _metric(resolved: ResolvedSpec, metric: Metric) -> ScalingMetric:
    name = {"requests_per_second": "requests-per-second", "gpu_utilization": "gpu-utilization"}.get(
        metric.kind, metric.kind
    )
    if metric.cpu is not None or metric.memory is not None:
        share = metric.cpu if metric.cpu is not None else metric.memory
        return ScalingMetric("cpu" if metric.cpu is not None else "memory", name, _number((share or Decimal(0)) * 100))
    target, query = _prometheus(resolved, metric)
    return ScalingMetric("prometheus", name, target, query)


def _prometheus(resolved: ResolvedSpec, metric: Metric) -> tuple[str, str]:
    """The target for each replica, and a query for the sum over all replicas."""
    mine = f'namespace="{resolved.environment.namespace}",{metrics.MODEL}="{resolved.name}"'
    if metric.concurrency is not None:
        return _number(metric.concurrency), f"sum({metrics.REQUESTS_IN_PROGRESS}{{{mine}}})"
    if metric.requests_per_second is not None:
        endpoints = f'{metrics.ENDPOINT}=~"{metrics.ENDPOINT_INFER}|{metrics.ENDPOINT_INVOCATIONS}"'
        return _number(
            metric.requests_per_second
        ), f"sum(rate({metrics.REQUESTS}{{{mine},{endpoints}}}[{_RATE_WINDOW}]))"
    if metric.gpu_utilization is not None:
        return _number(metric.gpu_utilization * 100), gpu_utilization(resolved)
    assert metric.query is not None, "a metric has exactly one key"  # noqa: S101 - the type has made sure
    return _number(metric.query.threshold), metric.query.promql


def gpu_utilization(resolved: ResolvedSpec) -> str:
    """Percent of use of a replica's accelerators, summed over the replicas.

    Where the DCGM exporter is scraped without honorLabels, its pod labels arrive as `exported_…`.
    """
    service = plan_names(resolved.name, resolved.environment.name).service
    pods = f"{service}-[a-z0-9]+-[a-z0-9]+"
    namespace = resolved.environment.namespace
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    part = accelerator is not None and entry is not None and is_slice(accelerator, entry)
    metric = _SLICE_ACTIVE if part else _CARD_UTILIZATION
    plain = f'{metric}{{namespace="{namespace}",pod=~"{pods}"}}'
    exported = f'{metric}{{exported_namespace="{namespace}",exported_pod=~"{pods}"}}'
    total = f"sum({plain} or {exported})"
    percent = f"100 * {total}" if part else total
    count = accelerator.count if accelerator else 1
    return percent if count == 1 else f"{percent} / {count}"


def _number(value: float | Decimal) -> str:
    """Without exponent and trailing zeros: `8`, `0.5`."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
