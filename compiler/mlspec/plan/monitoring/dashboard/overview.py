"""Subject -> what somebody looks at first: whether it is there, what it answers, how well, and what has gone off."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from mlspec.plan.monitoring import replicas
from mlspec.plan.monitoring.promql import number, select
from mlspec.plan.parts.dashboard import GREEN, RED, YELLOW, Panel, Query, Section, Step
from mlspec_runtime import metric_names as metrics

from .panels import above, stat
from .shown import Shown

_SECTION = 1


def overview(shown: Shown) -> Section:
    """A line of figures, and the alerts below it."""
    panels = [_replicas(shown), *_versions(shown), _requests(shown), _errors(shown), _latency(shown), *_cost(shown)]
    return Section(_SECTION, "Overview", (*panels, _firing(shown), _alerts(shown)))


def _replicas(shown: Shown) -> Panel:
    subject = shown.subject
    panel = stat(
        2,
        "Replicas",
        "How many replicas are ready, and how many there should be.",
        "none",
        Query(f"sum({replicas.ready(subject)})", "ready", instant=True),
        Query(f"sum({replicas.wanted(subject)})", "wanted", instant=True),
    )
    # None ready is an outage only where some are wanted, which an alert tells.
    return replace(panel, named=True, empty="none")


def _versions(shown: Shown) -> list[Panel]:
    if not shown.subject.dialect.says_model:
        return []
    info = select(metrics.MODEL_INFO, shown.subject.series)
    query = Query(f"count by ({metrics.VERSION}) ({info})", f"{{{{{metrics.VERSION}}}}}", instant=True)
    return [replace(stat(3, "Versions", "How many replicas serve each version.", "none", query), named=True)]


def _requests(shown: Shown) -> Panel:
    return stat(4, "Requests", "A second, over all replicas.", "reqps", Query(shown.requests_rate, "requests"))


def _errors(shown: Shown) -> Panel:
    panel = stat(
        5,
        "Errors",
        "The share of requests that fail; time-outs and refusals are failures, what a client gave up is not counted.",
        "percentunit",
        Query(shown.error_share, "errors"),
    )
    return replace(panel, steps=shown.error_steps, least=Decimal(0))


def _latency(shown: Shown) -> Panel:
    share = number(shown.quantile * 100)
    panel = stat(
        6,
        f"{shown.latency_title}, p{share}",
        f"{share}% of the requests take no longer.",
        "s",
        Query(shown.slowest, f"p{share}"),
    )
    return replace(panel, steps=shown.latency_steps)


def _cost(shown: Shown) -> list[Panel]:
    if shown.replica_cost is None:
        return []
    query = Query(f"sum({replicas.wanted(shown.subject)}) * {shown.replica_cost}", "cost")
    panel = stat(7, "Cost", "Of the accelerators of all replicas, for an hour.", "currencyUSD", query)
    return [replace(panel, decimals=2)]


def _firing(shown: Shown) -> Panel:
    firing = select("ALERTS", {**shown.alerts, "alertstate": "firing"})
    panel = stat(
        8,
        "Alerts firing",
        "Prometheus tells of each by its name and severity.",
        "none",
        Query(f"count({firing}) or vector(0)", "alerts", instant=True),
    )
    return replace(panel, height=6, steps=above((Decimal(1), RED)))


def _alerts(shown: Shown) -> Panel:
    alerts = select("ALERTS", shown.alerts)
    # A pending alert waits; as a number, the worst of its states is what is shown.
    firing = select("ALERTS", {**shown.alerts, "alertstate": "firing"})
    worst = f"2 * max by (alertname, severity) ({firing})\nor\nmax by (alertname, severity) ({alerts})"
    return Panel(
        9,
        "Alerts",
        "Orange while an alert waits to be sure, red while it fires.",
        "none",
        (Query(worst, "{{alertname}} ({{severity}})"),),
        kind="state-timeline",
        width=20,
        height=6,
        steps=(Step(None, GREEN), Step(Decimal(1), YELLOW), Step(Decimal(2), RED)),
    )
