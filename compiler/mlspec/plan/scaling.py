"""ResolvedSpec -> the autoscaler: its bounds, its metrics in canonical order, and the queries behind them."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from mlspec.environment.resolved import ResolvedSpec
from mlspec.promql import PromqlError, parse
from mlspec.spec.scaling import Metric, Query
from mlspec_runtime import metric_names as metrics

from .dialects import dialect_of
from .mig import is_slice
from .monitoring.promql import select
from .names import CONTAINER
from .plan import Scaling, ScalingMetric
from .quantities import amount, seconds
from .resources import catalogue_entry, devices
from .workload import plan_workload, pod_names

_ORDER = ("cpu", "memory", "concurrency", "requests_per_second", "gpu_utilization", "query")
"""The order in which the metrics are written, whatever their order in the spec. It is also that of an HPA's types."""
_RATE_WINDOW = 120
"""Seconds: four scrapes at the usual 30 s, so that one that fails does not stop the scaling."""
_COOLDOWN = 300
_CARD_UTILIZATION = "DCGM_FI_DEV_GPU_UTIL"
"""Percent; DCGM has none for a slice."""
_SLICE_ACTIVE = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
"""From 0 to 1. Source: NVIDIA/DCGM#80 and NVIDIA/dcgm-exporter#216, where its maintainers name it for slices."""
RESOURCE_METRICS = ("cpu", "memory")
"""What an HPA can measure by itself; everything else is a query of Prometheus."""
OWN_METRICS = ("mlspec_", "vllm:")
"""How the names of a server's own metrics begin: without pods they have no value."""


def plan_scaling(resolved: ResolvedSpec, startup_budget: int) -> Scaling | None:
    """None where the number of replicas is fixed; `startup_budget` in seconds."""
    asked, environment = resolved.spec.scaling, resolved.environment.spec
    if asked is None:
        return None
    wanted = seconds(asked.scale_down_after) if asked.scale_down_after is not None else _COOLDOWN
    return Scaling(
        kind=environment.autoscaler,
        min_replicas=asked.min_replicas,
        max_replicas=asked.max_replicas,
        metrics=_metrics(resolved, asked.metrics),
        selector={metrics.MODEL: resolved.name},
        # Never below the start-up time: a replica that is about to be ready would be taken away again.
        scale_down_window=min(3600, max(wanted, startup_budget)),
        cooldown=max(wanted, startup_budget),
        prometheus=environment.prometheus.address,
        # Half way, while Prometheus does not answer: neither an outage at the minimum nor the bill of the maximum.
        fallback_replicas=max(1, (asked.min_replicas + asked.max_replicas + 1) // 2),
        container=CONTAINER,
    )


def wakes(metric: Metric) -> bool:
    """Whether it has a value while there are no pods: a query of what somebody else measures."""
    if metric.query is None:
        return False
    try:
        read = parse(metric.query.promql).selectors
    except PromqlError:
        return False
    return not read or any(not (selector.metric or "").startswith(OWN_METRICS) for selector in read)


def _metrics(resolved: ResolvedSpec, asked: list[Metric]) -> tuple[ScalingMetric, ...]:
    """In canonical order, each with a name of its own: of several queries the later ones are numbered."""
    ordered = sorted(asked, key=lambda metric: (_ORDER.index(metric.kind), _query_text(metric)))
    first = next((index for index, metric in enumerate(ordered) if metric.query), len(ordered))
    planned = [_metric(resolved, metric) for metric in ordered]
    later = [replace(metric, name=f"query-{number}") for number, metric in enumerate(planned[first + 1 :], start=2)]
    return (*planned[: first + 1], *later)


def _query_text(metric: Metric) -> str:
    return metric.query.promql if metric.query else ""


def _metric(resolved: ResolvedSpec, metric: Metric) -> ScalingMetric:
    if metric.cpu is not None:
        return ScalingMetric("cpu", "cpu", _number(metric.cpu * 100))
    if metric.memory is not None:
        return ScalingMetric("memory", "memory", _number(metric.memory * 100))
    demand = _demand(resolved, metric)
    return demand if resolved.environment.spec.autoscaler == "keda" else _served(resolved, metric, demand)


def _served(resolved: ResolvedSpec, metric: Metric, demand: ScalingMetric) -> ScalingMetric:
    """The same from the environment's metrics adapter. What each pod says by itself needs no recording."""
    adapter = resolved.environment.spec.metrics_adapter
    assert adapter is not None, "a check has refused the metric"  # noqa: S101
    target = amount(Decimal(demand.target))
    dialect = dialect_of(resolved)
    if metric.concurrency is not None and dialect.says_model:
        return ScalingMetric("pods", demand.name, target, series=adapter.concurrency)
    if metric.requests_per_second is not None and dialect.says_model:
        return ScalingMetric("pods", demand.name, target, series=adapter.requests_per_second)
    return ScalingMetric("external", demand.name, target, demand.query, series=adapter.demand)


def _demand(resolved: ResolvedSpec, metric: Metric) -> ScalingMetric:
    """The target for each replica, and a query for the sum over all replicas."""
    # From zero replicas nothing is measured, and that is no fault.
    measured = resolved.spec.scaling is not None and resolved.spec.scaling.min_replicas > 0
    dialect = dialect_of(resolved)
    mine = {"namespace": resolved.environment.namespace, metrics.MODEL: resolved.name}
    in_hand = " + ".join(f"sum({select(name, mine)})" for name in dialect.in_hand)
    if metric.concurrency is not None:
        return ScalingMetric("prometheus", "concurrency", _number(metric.concurrency), in_hand, measured=measured)
    if metric.requests_per_second is not None:
        counted = select(dialect.requests, {**mine, **dialect.inference}, _RATE_WINDOW)
        # Before the first request no series counts it: what is scraped, and has had none, has a rate of 0.
        rate = f"sum(rate({counted})) or 0 * {f'({in_hand})' if len(dialect.in_hand) > 1 else in_hand}"
        target = _number(metric.requests_per_second)
        return ScalingMetric("prometheus", "requests-per-second", target, rate, measured=measured)
    if metric.gpu_utilization is not None:
        target = _number(metric.gpu_utilization * 100)
        return ScalingMetric("prometheus", "gpu-utilization", target, gpu_utilization(resolved), measured=measured)
    assert metric.query is not None, "a metric has exactly one key"  # noqa: S101 - the type has made sure
    return _query(metric.query)


def _query(query: Query) -> ScalingMetric:
    activation = _number(query.activation) if query.activation else None
    return ScalingMetric("prometheus", "query", _number(query.threshold), query.promql, activation)


def gpu_utilization(resolved: ResolvedSpec) -> str:
    """Percent of use of a replica's accelerators, summed over the replicas.

    Where the DCGM exporter is scraped without honorLabels, its pod labels arrive as `exported_…`.
    """
    pods = pod_names(plan_workload(resolved))
    namespace = resolved.environment.namespace
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    part = accelerator is not None and entry is not None and is_slice(accelerator, entry)
    metric = _SLICE_ACTIVE if part else _CARD_UTILIZATION
    plain = f'{metric}{{namespace="{namespace}",pod=~"{pods}"}}'
    exported = f'{metric}{{exported_namespace="{namespace}",exported_pod=~"{pods}"}}'
    total = f"sum({plain} or {exported})"
    percent = f"100 * {total}" if part else total
    count = devices(accelerator) if accelerator else 1
    return percent if count == 1 else f"{percent} / {count}"


def _number(value: float | Decimal) -> str:
    """Without exponent and trailing zeros: `8`, `0.5`."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
