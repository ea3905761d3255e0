"""Subject -> how far the rows that it answers are from the reference, by feature."""

from __future__ import annotations

from decimal import Decimal

from mlspec.plan.monitoring.drift_alert import DriftWatch, index
from mlspec.plan.monitoring.promql import number, select, span
from mlspec.plan.parts.dashboard import GREEN, RED, YELLOW, Panel, Query, Section, Step
from mlspec_runtime import metric_names as metrics

from .panels import above, over
from .shown import Shown

_SECTION = 70
_MANY = 10
"""Lines that one can still tell apart."""


def drift(shown: Shown) -> Section | None:
    """None where nothing is watched."""
    watch = shown.subject.drift
    if watch is None:
        return None
    panels = (_now(shown, watch), _course(shown, watch), _telling(shown, watch), _rows(shown, watch), _skipped(shown))
    return Section(_SECTION, "Drift", panels)


def _by_feature(shown: Shown, watch: DriftWatch) -> str:
    """The worst of the versions that run."""
    return f"max by ({metrics.FEATURE}) (\n{index(shown.subject, watch)}\n)"


def _now(shown: Shown, watch: DriftWatch) -> Panel:
    return Panel(
        71,
        "Index of each feature",
        f"How far its values of the last {span(watch.window)} are from the reference; one above "
        f"{number(watch.threshold)} is no chance. Nothing before a replica has enough rows.",
        "none",
        (Query(f"sort_desc({_by_feature(shown, watch)})", f"{{{{{metrics.FEATURE}}}}}", instant=True),),
        kind="bargauge",
        width=12,
        height=10,
        steps=_steps(watch),
        least=Decimal(0),
        most=2 * watch.threshold,
        decimals=2,
    )


def _course(shown: Shown, watch: DriftWatch) -> Panel:
    return Panel(
        72,
        f"Index of the {_MANY} furthest, over time",
        "A jump is a change in what is sent; a slope is a world that changes.",
        "none",
        (Query(f"topk({_MANY}, {_by_feature(shown, watch)})", f"{{{{{metrics.FEATURE}}}}}"),),
        width=12,
        height=10,
        steps=above((watch.threshold, RED)),
        least=Decimal(0),
        decimals=2,
    )


def _telling(shown: Shown, watch: DriftWatch) -> Panel:
    """Where it is nobody, no alert will ever tell of anything."""
    samples = select(metrics.DRIFT_SAMPLES, shown.subject.series)
    return Panel(
        75,
        "Replicas with enough rows",
        f"The share of replicas whose index counts: they have {watch.samples} rows within {span(watch.window)}. Where "
        "it stays at 0% nobody would hear of drift; a service with few requests needs a longer "
        "`monitoring.drift.window`.",
        "percentunit",
        (Query(f"avg(min by (pod) ({samples}) >= bool {watch.samples})", "replicas"),),
        kind="stat",
        width=4,
        steps=(Step(None, YELLOW), Step(Decimal("0.01"), GREEN)),
        least=Decimal(0),
        decimals=0,
        empty="no replica",
    )


def _rows(shown: Shown, watch: DriftWatch) -> Panel:
    samples = select(metrics.DRIFT_SAMPLES, shown.subject.series)
    return Panel(
        73,
        "Rows in the window of a replica",
        f"Below {watch.samples} the index of a replica does not count: chance alone would move it.",
        "none",
        (Query(f"min by (pod) ({samples})", "{{pod}}"),),
        width=10,
        steps=(Step(None, YELLOW), Step(Decimal(watch.samples), GREEN)),
        least=Decimal(0),
    )


def _skipped(shown: Shown) -> Panel:
    skipped = f"sum by ({metrics.VERSION}) (rate({over(metrics.DRIFT_SKIPPED, shown.subject.series)}))"
    return Panel(
        74,
        "Rows that were not looked at",
        "A second: answering comes first, and what cannot be looked at in time is left out.",
        "rowsps",
        (Query(skipped, f"{{{{{metrics.VERSION}}}}}"),),
        width=10,
        least=Decimal(0),
    )


def _steps(watch: DriftWatch) -> tuple[Step, ...]:
    return above((watch.threshold / 2, YELLOW), (watch.threshold, RED))
