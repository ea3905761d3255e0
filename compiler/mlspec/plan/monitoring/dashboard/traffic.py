"""Subject -> its requests: how many, how they end, how long they take and where that time goes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mlspec.plan.dialects import MLSPEC
from mlspec.plan.monitoring.promql import Matchers
from mlspec.plan.parts.dashboard import Panel, Query, Section
from mlspec_runtime import metric_names as metrics

from .panels import over, percentiles
from .shown import Shown

_SECTION = 20
_HALF, _NINE_TENTHS, _MOST = Decimal("0.5"), Decimal("0.9"), Decimal("0.99")


def traffic(shown: Shown) -> Section:
    """What callers see, and behind it what the server of ours says of its parts."""
    parts = _parts(shown.subject.series) if shown.subject.dialect is MLSPEC else ()
    return Section(_SECTION, "Traffic", (_requests(shown), _errors(shown), _latency(shown), *parts, _refused(shown)))


def _requests(shown: Shown) -> Panel:
    rate = f"rate({over(shown.subject.dialect.requests, shown.subject.requests)})"
    return Panel(
        21,
        "Requests by status",
        "A second, over all replicas.",
        "reqps",
        (Query(f"sum by ({shown.status}) ({rate})", f"{{{{{shown.status}}}}}"),),
        stacked=True,
        least=Decimal(0),
    )


def _errors(shown: Shown) -> Panel:
    return Panel(
        22,
        "Errors",
        "The share of requests that fail. At the orange line the whole budget would just be used up, at the red one "
        "somebody is woken."
        if shown.objective("availability")
        else "The share of requests that fail.",
        "percentunit",
        (Query(shown.error_share, "errors"),),
        steps=shown.error_steps,
        least=Decimal(0),
    )


def _latency(shown: Shown) -> Panel:
    shares = sorted({_HALF, _NINE_TENTHS, shown.quantile})
    return Panel(
        23,
        shown.latency_title,
        "Half of the requests take no longer than p50.",
        "s",
        percentiles(shares, shown.subject.dialect.duration, shown.timed),
        steps=shown.latency_steps,
        least=Decimal(0),
    )


def _parts(series: Matchers) -> Iterator[Panel]:
    """The time that a request waits for the model, and the time that the model takes."""
    for panel, title, metric, about in (
        (24, "Time in the queue", metrics.QUEUE_DURATION, "How long a request waits before the model has it."),
        (25, "Time in the model", metrics.INFERENCE_DURATION, "The model alone, for a batch of requests."),
    ):
        yield Panel(panel, title, about, "s", percentiles((_HALF, _MOST), metric, series), least=Decimal(0))


def _refused(shown: Shown) -> Panel:
    (reason,) = shown.subject.dialect.queue_full
    rate = f"rate({over(shown.subject.dialect.refused, shown.subject.series)})"
    return Panel(
        26,
        "Refused, by reason",
        "Requests a second that are turned away before the model sees them.",
        "reqps",
        (Query(f"sum by ({reason}) ({rate})", f"{{{{{reason}}}}}"),),
        stacked=True,
        least=Decimal(0),
    )
