"""Checks of `monitoring.slo`: an objective that cannot be told from none is refused, with the bound that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from mlspec.burn_rate import burn_rates, can_fire, least_objective
from mlspec.checks.registry import check
from mlspec.checks.vllm import is_vllm
from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.dialects import dialect_of
from mlspec.plan.quantities import duration, seconds

EMPTY_SLO = code(
    "MLS301",
    "empty-slo",
    title="an `slo` without an objective",
    reason="It promises nothing, and nobody is ever told that it is broken.",
    remedy="state `availability`, `latency` or both, or remove `slo`",
)
NEVER_FIRES = code(
    "MLS302",
    "objective-never-fires",
    title="an objective so low that one of its alerts can never fire",
    reason="An alert waits for an error ratio of burn rate × (100% - objective), which no failure can exceed at 100%.",
    remedy="set a higher objective",
)
THRESHOLD = code(
    "MLS303",
    "latency-threshold-beyond-timeout",
    title="a latency threshold that no request can exceed",
    reason="A request that is older than `server.timeout` is answered with 504, so that none is ever slower.",
    remedy="set a threshold below `server.timeout`, or a longer timeout",
)

BETWEEN_BUCKETS = code(
    "MLS331",
    "latency-between-buckets",
    title="a threshold that vLLM's histogram does not tell apart",
    reason="Requests are counted up to fixed times; how many took less than a time between two of them nobody knows.",
    remedy="use one of the histogram's times",
)
NO_TOKENS = code(
    "MLS342",
    "objective-without-tokens",
    title="an objective for tokens of a model that answers with none",
    reason="Only a language model's server measures how its tokens follow each other.",
    remedy="remove `timePerOutputToken`; `latency` is the objective for whole answers",
)


@check(EMPTY_SLO)
def empty_slo(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if slo and slo.availability is None and slo.latency is None and slo.time_per_output_token is None:
        yield EMPTY_SLO.error(resolved.at_key("monitoring", "slo"), "`slo` has no objective", label="promises nothing")


@check(NEVER_FIRES)
def objective_never_fires(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    period = seconds(slo.period) if slo else 0
    for path, objective in _objectives(resolved):
        if not all(can_fire(rate, objective, period) for rate in burn_rates(period)):
            bound = _percent(least_objective(period))
            yield NEVER_FIRES.error(
                resolved.at(*path),
                f"an alert for an objective of {_percent(objective)} can never fire",
                label=f"must be above {bound}",
                remedy=f"set an objective above {bound}: the fastest burn rate × the error budget stays below 100%",
            )


@check(THRESHOLD)
def latency_threshold(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if slo is None or slo.latency is None:
        return
    if not is_vllm(resolved) and slo.latency.threshold >= resolved.spec.server.timeout:
        span = resolved.at("monitoring", "slo", "latency", "threshold")
        message = "no request is slower than this: it is not below `server.timeout`"
        yield THRESHOLD.error(span, message, label=f"the timeout is {duration(resolved.spec.server.timeout)}")


@check(BETWEEN_BUCKETS)
def latency_between_buckets(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo, dialect = resolved.spec.monitoring.slo, dialect_of(resolved)
    for key, asked, bounds, what in (
        ("latency", slo and slo.latency, dialect.buckets, "requests up to this time to the first token"),
        (
            "timePerOutputToken",
            slo and slo.time_per_output_token,
            dialect.per_token_buckets,
            "answers up to this time for each token",
        ),
    ):
        if not asked or not bounds:
            continue
        threshold = Decimal(asked.threshold // timedelta(milliseconds=1)) / 1000
        if threshold not in bounds:
            near = [duration(timedelta(seconds=float(bound))) for bound in _around(threshold, bounds)]
            yield BETWEEN_BUCKETS.error(
                resolved.at("monitoring", "slo", key, "threshold"),
                f"vLLM counts no {what}",
                label="between two that it counts",
                remedy=f"use {' or '.join(near)}",
            )


@check(NO_TOKENS)
def objective_without_tokens(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if slo and slo.time_per_output_token and dialect_of(resolved).per_token is None:
        model_format = resolved.spec.model.format
        yield NO_TOKENS.error(
            resolved.at_key("monitoring", "slo", "timePerOutputToken"),
            f"the answers of a model of format {model_format} have no tokens",
            label="only vllm's have",
            related=[Related(resolved.at("model", "format"), "its format")],
        )


def _around(asked: Decimal, bounds: tuple[Decimal, ...]) -> list[Decimal]:
    """The next bound below and the next one above, where there are such, in whole milliseconds."""
    whole = [bound for bound in bounds if bound * 1000 % 1 == 0]
    return [*[bound for bound in whole if bound < asked][-1:], *[bound for bound in whole if bound > asked][:1]]


def _objectives(resolved: ResolvedSpec) -> Iterator[tuple[tuple[str, ...], Decimal]]:
    slo = resolved.spec.monitoring.slo
    if slo and slo.availability is not None:
        yield ("monitoring", "slo", "availability"), slo.availability
    if slo and slo.latency is not None:
        yield ("monitoring", "slo", "latency", "target"), slo.latency.target
    if slo and slo.time_per_output_token is not None:
        yield ("monitoring", "slo", "timePerOutputToken", "target"), slo.time_per_output_token.target


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"
