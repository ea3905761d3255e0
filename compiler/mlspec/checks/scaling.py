"""Checks of what an autoscaler can do in an environment, and how fast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_size
from mlspec.plan.kubernetes_features import has
from mlspec.plan.lifecycle import ready_budget
from mlspec.plan.quantities import duration
from mlspec.plan.resources import catalogue_entry, is_nvidia, is_shared
from mlspec.plan.scaling import RESOURCE_METRICS, wakes

from .registry import check

_LONGEST_WINDOW = timedelta(hours=1)

NOT_SERVED = code(
    "MLS215",
    "metric-not-served",
    title="a metric that this environment's autoscaler cannot read",
    reason="An HPA by itself knows CPU and memory; everything else has to come from a metrics adapter, or from KEDA.",
    remedy="scale on cpu or memory there, declare the cluster's `metricsAdapter`, or set `autoscaler: keda`",
)
NO_SCALE_TO_ZERO = code(
    "MLS216",
    "no-scale-to-zero",
    title="no replicas at all where nothing would wake the model",
    reason="What pods say of themselves, requests included, has no value while there are none: only a query of what is "
    "measured elsewhere can wake a model, asked by KEDA or, from Kubernetes 1.37 on, by an HPA.",
    remedy="set `minReplicas: 1`, or add a `query` of the demand as it arrives: at the gateway, or in a queue",
)
COLD = code(
    "MLS217",
    "cold-start",
    title="a service that may have no replicas",
    reason="A Service holds no requests: callers get connection errors until the first replica is ready.",
    remedy="set `minReplicas: 1` unless callers retry for longer than the start takes",
    ignorable=Ignorable.YES,
)
NO_GPU = code(
    "MLS218",
    "gpu-metric-without-gpu",
    title="scaling on accelerators that the model does not have",
    reason="The query would have no value, and the autoscaler would not act.",
    remedy="ask for `resources.accelerator`, or scale on something else",
)
UNMEASURED = code(
    "MLS264",
    "gpu-metric-of-nothing",
    title="scaling on the use of accelerators that nobody measures",
    reason="The use is read from NVIDIA's DCGM exporter, which knows no other vendor's cards; of one that pods share "
    "it knows what all of them use together.",
    remedy="scale on concurrency or requestsPerSecond, or on a `query` of what your own exporter says",
)
HASTY = code(
    "MLS219",
    "scale-down-too-soon",
    title="scaling down sooner than a replica starts",
    reason="A replica that is about to be ready would be taken away again, and the number would swing for ever.",
    remedy="raise `scaling.scaleDownAfter` or remove it",
)


@check(NOT_SERVED)
def metric_not_served(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    scaling, environment = resolved.spec.scaling, resolved.environment
    if scaling is None or environment.spec.autoscaler == "keda":
        return
    for index, metric in enumerate(scaling.metrics):
        if metric.kind not in RESOURCE_METRICS and environment.spec.metrics_adapter is None:
            yield NOT_SERVED.error(
                resolved.at("scaling", "metrics", index),
                f"the autoscaler in {environment.name} cannot read this metric",
                label="nobody serves it",
                related=environment.related("an HPA, without `metricsAdapter`", "autoscaler"),
            )
        elif metric.query and metric.query.activation is not None:
            yield NOT_SERVED.error(
                resolved.at("scaling", "metrics", index, "query", "activation"),
                f"the autoscaler in {environment.name} knows no activation",
                label="needs KEDA",
                remedy="remove it there: an HPA starts the first replica as soon as there is any demand",
                related=environment.related("has no KEDA", "autoscaler"),
            )


@check(NO_SCALE_TO_ZERO)
def no_scale_to_zero(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    scaling, environment = resolved.spec.scaling, resolved.environment
    if scaling is None or scaling.min_replicas > 0 or _can_wake(resolved):
        return
    # The metric could, and the autoscaler cannot.
    too_old = any(wakes(metric) for metric in scaling.metrics)
    yield NO_SCALE_TO_ZERO.error(
        resolved.at("scaling", "minReplicas"),
        f"nothing wakes {resolved.name} from zero replicas in {environment.name}",
        label="would stay at zero",
        remedy="set `minReplicas: 1` there, or have KEDA there: `autoscaler: keda`" if too_old else "",
        related=environment.related("an HPA, which wakes nothing before Kubernetes 1.37", "autoscaler")
        if too_old
        else (),
    )


def _can_wake(resolved: ResolvedSpec) -> bool:
    scaling, environment = resolved.spec.scaling, resolved.environment.spec
    scales_up = environment.autoscaler == "keda" or (
        environment.metrics_adapter is not None and has(environment.kubernetes, "hpa-scale-to-zero")
    )
    return scales_up and scaling is not None and any(wakes(metric) for metric in scaling.metrics)


@check(COLD)
def cold_start(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.scaling is not None and resolved.spec.scaling.min_replicas == 0 and _can_wake(resolved):
        yield COLD.warning(
            resolved.at("scaling", "minReplicas"), "nobody holds requests while nothing runs", label="may be zero"
        )


@check(NO_GPU)
def gpu_metric_without_gpu(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    scaling = resolved.spec.scaling
    if scaling is None or resolved.spec.resources.accelerator is not None:
        return
    for index, metric in enumerate(scaling.metrics):
        if metric.gpu_utilization is not None:
            yield NO_GPU.error(
                resolved.at("scaling", "metrics", index),
                f"{resolved.name} has no accelerator in {resolved.environment.name}",
                label="nothing to measure",
            )


@check(UNMEASURED)
def unmeasured_accelerator(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    scaling, entry = resolved.spec.scaling, catalogue_entry(resolved)
    accelerator = resolved.spec.resources.accelerator
    if scaling is None or accelerator is None or entry is None or (is_nvidia(entry) and not is_shared(entry)):
        return
    word = "shared with other pods" if is_nvidia(entry) else "not NVIDIA's"
    named = "claim" if entry.claim else "resource"
    for index, metric in enumerate(scaling.metrics):
        if metric.gpu_utilization is not None:
            yield UNMEASURED.error(
                resolved.at("scaling", "metrics", index),
                f"nobody measures what {resolved.name} uses of {accelerator.type} in {resolved.environment.name}",
                label="has no value",
                related=resolved.environment.related(word, "accelerators", accelerator.type, named),
            )


@check(HASTY)
def scale_down_too_soon(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    scaling = resolved.spec.scaling
    if scaling is None:
        return
    start = timedelta(seconds=ready_budget(resolved, model_size(resolved)))
    message = f"a replica may need {duration(start)} to start"
    if start > _LONGEST_WINDOW:
        yield HASTY.error(
            resolved.at("health", "startup") if resolved.has("health", "startup") else resolved.at("model", "size"),
            message,
            label="autoscalers look back 1h at most",
            remedy="fix the number with `replicas` in place of `scaling`, or make the start shorter",
        )
    elif scaling.scale_down_after is not None and scaling.scale_down_after < start:
        yield HASTY.error(
            resolved.at("scaling", "scaleDownAfter"),
            message,
            label="less than that",
            remedy=f"raise it to {duration(start)} at least, or remove it",
            fix=duration(start),
        )
