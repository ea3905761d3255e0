"""A batch -> whether its runs succeed and are on time, and how far the one that is at work has come."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.promql import select
from mlspec.plan.parts.dashboard import RED, Panel, Query, Section
from mlspec_runtime import metric_names as metrics

from .panels import above, over, stat
from .shown import Shown

_SECTION = 80


def batch(shown: Shown) -> Section | None:
    """None where nothing is scored but requests."""
    if shown.batch is None:
        return None
    since = _since(shown.batch, shown.batch.silence) if shown.batch.silence is not None else ()
    return Section(_SECTION, "Batches", (*since, *_runs(shown.batch), *_course(shown)))


def _since(runs: BatchSubject, silence: int) -> tuple[Panel, ...]:
    last = select("kube_cronjob_status_last_successful_time", runs.cron_job)
    panel = stat(
        81,
        "Since a run succeeded",
        "Red when by its schedule and its time-out another one should have.",
        "s",
        Query(f"time() - max({last})", "since"),
    )
    return (replace(panel, steps=above((Decimal(silence), RED)), empty="none has yet"),)


def _runs(runs: BatchSubject) -> tuple[Panel, ...]:
    failed = select("kube_job_failed", {**runs.jobs, "condition": "true"})
    active = select("kube_job_status_active", runs.jobs)
    return (
        replace(
            stat(
                82,
                "Runs that failed",
                "Of those whose Job is still there.",
                "none",
                Query(f"sum({failed}) or vector(0)", "failed"),
            ),
            steps=above((Decimal(1), RED)),
        ),
        stat(83, "Pods at work", "Each has one shard.", "none", Query(f"sum({active}) or vector(0)", "pods")),
    )


def _course(shown: Shown) -> tuple[Panel, ...]:
    series = shown.subject.series
    rows = f"sum(rate({over(metrics.BATCH_ROWS, series)}))"
    progress = f"max by (pod) ({select(metrics.BATCH_PROGRESS, series)})"
    model = f"avg(rate({over(metrics.BATCH_MODEL_SECONDS, series)}))"
    return (
        Panel(84, "Rows scored", "A second, over all pods.", "none", (Query(rows, "rows"),), least=Decimal(0)),
        Panel(
            85,
            "Progress",
            "The share of its shard that each pod has scored.",
            "percentunit",
            (Query(progress, "{{pod}}"),),
            least=Decimal(0),
            most=Decimal(1),
        ),
        Panel(
            86,
            "Time in the model",
            "The share of a pod's time; the rest goes into reading and writing.",
            "percentunit",
            (Query(model, "in the model"),),
            least=Decimal(0),
            most=Decimal(1),
        ),
    )
