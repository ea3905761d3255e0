"""Subject -> its versions side by side, as a rollout or a canary has them run together."""

from __future__ import annotations

from decimal import Decimal

from mlspec.plan.monitoring.promql import number
from mlspec.plan.parts.dashboard import Mark, Panel, Query, Section
from mlspec_runtime import metric_names as metrics

from .panels import over, quantile
from .shown import Shown

_SECTION = 30
_NEW_FOR = "5m"


def versions(shown: Shown) -> Section | None:
    """None for a server that does not tell versions apart."""
    label = shown.by_version
    if label is None:
        return None
    legend, series = f"{{{{{label}}}}}", shown.subject.series
    requests = f"sum by ({label}) (rate({over(shown.subject.dialect.requests, shown.requests)}))"
    slowest = quantile(shown.quantile, shown.subject.dialect.duration, shown.timed, label)
    classes = f"sum by ({label}, {metrics.CLASS}) (rate({over(metrics.PREDICTIONS, series)}))"
    share = f"{classes}\n/ on ({label}) group_left ()\nsum by ({label}) (rate({over(metrics.PREDICTIONS, series)}))"
    return Section(
        _SECTION,
        "Versions side by side",
        (
            Panel(
                31,
                "Requests",
                "A second, by the version that answers.",
                "reqps",
                (Query(requests, legend),),
                width=6,
                stacked=True,
                least=Decimal(0),
            ),
            Panel(
                32,
                "Errors",
                "The share of each version's requests that fail.",
                "percentunit",
                (Query(shown.errors(label), legend),),
                width=6,
                steps=shown.error_steps,
                least=Decimal(0),
            ),
            Panel(
                33,
                f"Latency, p{number(shown.quantile * 100)}",
                f"{number(shown.quantile * 100)}% of each version's requests take no longer.",
                "s",
                (Query(slowest, legend),),
                width=6,
                steps=shown.latency_steps,
                least=Decimal(0),
            ),
            Panel(
                34,
                "Predictions by class",
                "The share that each class has of a version's predictions; one share where there are no classes.",
                "percentunit",
                (Query(share, f"{legend} {{{{{metrics.CLASS}}}}}"),),
                width=6,
                least=Decimal(0),
                most=Decimal(1),
            ),
        ),
    )


def new_versions(shown: Shown) -> tuple[Mark, ...]:
    """Where a version has begun to serve."""
    label = shown.by_version
    if label is None:
        return ()
    info = f"count by ({label}) ({{}})"
    matchers = ",".join(f'{name}="{value}"' for name, value in shown.subject.series.items())
    now = f"{metrics.MODEL_INFO}{{{matchers}}}"
    expr = f"{info.format(now)}\nunless\n{info.format(f'{now} offset {_NEW_FOR}')}"
    return (Mark("New version", expr, f"{{{{{label}}}}} begins to serve"),)
