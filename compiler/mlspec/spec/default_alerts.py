"""`spec.monitoring.defaultAlerts`: the alerts that every deployment gets, each switched off or tuned by its name."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from .scalars import Duration, Percent, between, share_between
from .section import Invalid, Section

Severity = Literal["page", "ticket"]

_MINUTE = timedelta(minutes=1)
_ON = Field(description="Whether there is such an alert.")
_TOLD = Field(description="Who is told: page wakes a person, ticket waits for the morning.")


def _hold(default: str, what: str = "How long it must stay true, 1m to 7d.") -> object:
    return Field(alias="for", description=what, json_schema_extra={"default": default})


def _share(default: str, what: str) -> object:
    return Field(description=what, json_schema_extra={"default": default})


_Hold = Annotated[Duration, between("1m", "7d")]


class Outage(Section):
    """MlspecMetricsAbsent and MlspecNoReplicaReady: Prometheus, or callers, reach no replica."""

    enabled: Annotated[bool, _ON] = True
    for_: Annotated[
        _Hold, _hold("5m", "How long it must stay true, 1m to 7d; a start that may be under way comes on top.")
    ] = 5 * _MINUTE
    severity: Annotated[
        Severity | None,
        Field(description="Who is told; default page where the model has an objective, otherwise ticket."),
    ] = None


class ReplicasNotReady(Section):
    """MlspecReplicasNotReady: fewer replicas are ready than are wanted, and no rollout gets on."""

    enabled: Annotated[bool, _ON] = True
    for_: Annotated[_Hold, _hold("15m")] = 15 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class CrashLooping(Section):
    """MlspecCrashLooping: the server ends again and again."""

    enabled: Annotated[bool, _ON] = True
    for_: Annotated[_Hold, _hold("10m")] = 10 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class StartupSlow(Section):
    """MlspecStartupSlow: loading the model takes nearly as long as a start may."""

    enabled: Annotated[bool, _ON] = True
    threshold: Annotated[
        Annotated[Percent, share_between("10%", "100%")],
        _share("80%", "Share of the time that a start may take, 10% to 100%."),
    ] = Decimal("0.8")
    for_: Annotated[_Hold, _hold("5m")] = 5 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class RequestsRefused(Section):
    """MlspecRequestsRefused: the queue is full, and callers get 503."""

    enabled: Annotated[bool, _ON] = True
    threshold: Annotated[
        Annotated[Percent, share_between("0%", "50%")],
        _share("1%", "Share of the requests that are refused, 0% to 50%."),
    ] = Decimal("0.01")
    for_: Annotated[_Hold, _hold("10m")] = 10 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class RequestsWaiting(Section):
    """MlspecRequestsWaiting: of a server whose queue has no end, requests are always waiting."""

    enabled: Annotated[bool, _ON] = True
    threshold: Annotated[int, Field(ge=0, le=100_000, description="Requests that may always be waiting.")] = 0
    for_: Annotated[_Hold, _hold("10m")] = 10 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class MemoryNearLimit(Section):
    """MlspecMemoryNearLimit: above its limit the server is killed."""

    enabled: Annotated[bool, _ON] = True
    threshold: Annotated[
        Annotated[Percent, share_between("50%", "99%")], _share("90%", "Share of the limit that is used, 50% to 99%.")
    ] = Decimal("0.9")
    for_: Annotated[_Hold, _hold("15m")] = 15 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class AccuracyLow(Section):
    """MlspecAccuracyLow: by the labels that callers send, answers are wrong too often; `accuracy` says when."""

    enabled: Annotated[bool, _ON] = True
    for_: Annotated[_Hold, _hold("15m")] = 15 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class AcceleratorIdle(Section):
    """MlspecAcceleratorIdle: the GPUs are paid for and hardly used."""

    enabled: Annotated[bool, _ON] = True
    threshold: Annotated[
        Annotated[Percent, share_between("1%", "90%")],
        _share("5%", "Use over 6h below which they are idle, 1% to 90%."),
    ] = Decimal("0.05")
    for_: Annotated[_Hold, _hold("6h")] = 360 * _MINUTE
    severity: Annotated[Severity, _TOLD] = "ticket"


class FeatureDrift(Section):
    """MlspecFeatureDrift: live values are distributed otherwise than in the reference; its threshold is the drift's."""

    enabled: Annotated[bool, _ON] = True
    for_: Annotated[
        _Hold | None,
        Field(
            alias="for",
            description="How long it must stay true, 1m to 7d; default a quarter of the window, 1h at most.",
            examples=["30m"],
        ),
    ] = None
    severity: Annotated[Severity, _TOLD] = "ticket"


class BatchAlert(Section):
    """MlspecBatchFailed and MlspecBatchMissed: a run has given up, or none has gone well for too long."""

    enabled: Annotated[bool, _ON] = True
    severity: Annotated[Severity, _TOLD] = "ticket"


def _each_once(severities: list[Severity]) -> list[Severity]:
    if len(set(severities)) != len(severities):
        raise Invalid("a severity stands there twice", "keep one of them")
    return severities


class BudgetBurn(Section):
    """An alert of an objective; its thresholds follow from the objective and its period."""

    enabled: Annotated[bool, _ON] = True
    severities: Annotated[
        Annotated[list[Severity], Field(min_length=1), AfterValidator(_each_once)],
        Field(
            description="page: the budget is gone within days; ticket: it burns faster than it may.",
            json_schema_extra={"default": ["page", "ticket"], "uniqueItems": True},
        ),
    ] = ["page", "ticket"]


class DefaultAlerts(Section):
    """The alerts that a deployment gets by itself. One that the model has no use for is left out in any case."""

    error_budget_burn: Annotated[
        BudgetBurn, Field(description="More requests fail than `slo.availability` allows.")
    ] = BudgetBurn.by_default()
    latency_budget_burn: Annotated[
        BudgetBurn, Field(description="More requests are slow than `slo.latency` allows.")
    ] = BudgetBurn.by_default()
    token_budget_burn: Annotated[
        BudgetBurn, Field(description="More answers crawl than `slo.timePerOutputToken` allows.")
    ] = BudgetBurn.by_default()
    metrics_absent: Annotated[Outage, Field(description="Prometheus reaches no replica.")] = Outage.by_default()
    no_replica_ready: Annotated[Outage, Field(description="Nobody answers requests.")] = Outage.by_default()
    replicas_not_ready: Annotated[ReplicasNotReady, Field(description="Fewer replicas are ready than are wanted.")] = (
        ReplicasNotReady.by_default()
    )
    crash_looping: Annotated[CrashLooping, Field(description="The server ends again and again.")] = (
        CrashLooping.by_default()
    )
    startup_slow: Annotated[StartupSlow, Field(description="Loading takes nearly as long as it may.")] = (
        StartupSlow.by_default()
    )
    requests_refused: Annotated[RequestsRefused, Field(description="The queue is full, and callers get 503.")] = (
        RequestsRefused.by_default()
    )
    requests_waiting: Annotated[
        RequestsWaiting, Field(description="Requests always wait; of `vllm` without a queue.")
    ] = RequestsWaiting.by_default()
    memory_near_limit: Annotated[MemoryNearLimit, Field(description="The server is near the limit of its memory.")] = (
        MemoryNearLimit.by_default()
    )
    accuracy_low: Annotated[AccuracyLow, Field(description="Answers are wrong more often than `accuracy` allows.")] = (
        AccuracyLow.by_default()
    )
    accelerator_idle: Annotated[AcceleratorIdle, Field(description="GPUs that hardly do anything are paid for.")] = (
        AcceleratorIdle.by_default()
    )
    feature_drift: Annotated[
        FeatureDrift, Field(description="Live values are distributed otherwise than in the reference.")
    ] = FeatureDrift.by_default()
    batch_failed: Annotated[BatchAlert, Field(description="A run of the batch has given up.")] = BatchAlert.by_default()
    batch_missed: Annotated[BatchAlert, Field(description="No run has gone well for too long.")] = (
        BatchAlert.by_default()
    )
