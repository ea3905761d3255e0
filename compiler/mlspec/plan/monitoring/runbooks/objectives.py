"""Runbooks of objectives: their error budget burns faster than it may."""

from __future__ import annotations

from datetime import timedelta

from mlspec.burn_rate import burn_rates
from mlspec.plan.monitoring.indicators import Indicator
from mlspec.plan.monitoring.objectives import Objective, objectives_of
from mlspec.plan.monitoring.options import is_told
from mlspec.plan.monitoring.promql import number, select, span
from mlspec.plan.plan import Look
from mlspec.plan.quantities import duration
from mlspec_runtime import metric_names as metrics

from .advice import Advice, Case, advises, promql

_WINDOW = 300
_NEW_VERSION = (
    "**A new version of the model or of its settings.** Compare the time at which it began with the last commits "
    "below. Take the change back first and look for the reason afterwards."
)
_DEMAND = (
    "**More requests than usual.** Replicas, batch size and queue are in the spec; an autoscaler may be at its most."
)


_TOLD = {
    "page": "A **page** comes when the budget would be gone within {gone} or not much later.",
    "ticket": "A **ticket** comes when it would be gone within {gone} or before the period is over.",
}


def _objective(case: Case, alert: str) -> Objective | None:
    objectives = objectives_of(case.subject, case.asked.slo) if case.asked.slo else ()
    return next((objective for objective in objectives if objective.alert == alert), None)


def _burning(case: Case, objective: Objective) -> str:
    share, period = f"{number(objective.target * 100)}%", objective.period
    told = " ".join(
        sentence.format(gone=_gone(severity, period))
        for severity, sentence in _TOLD.items()
        if is_told(case.subject.options, objective.alert, severity)
    )
    return (
        f"The objective is that {share} of them over {span(period)} are good; the others, "
        f"{number(objective.budget * 100)}%, are the error budget. {told} Each looks at a long window and at a short "
        "one: it ends soon after the trouble does."
    )


def _gone(severity: str, period: int) -> str:
    """How long the whole budget lasts at the fastest pace of a severity."""
    fastest = max(rate.factor(period) for rate in burn_rates(period) if rate.severity == severity)
    return duration(timedelta(minutes=round(period / 60 / float(fastest))))


def _budget(case: Case, indicator: Indicator, objective: Objective) -> tuple[Look, Look]:
    of_period = select(indicator.ratio(objective.period), case.subject.series)
    now = select(indicator.ratio(indicator.window), case.subject.series)
    return (
        promql(
            f"The share that is bad now, over {span(indicator.window)}; {number(objective.budget)} is what may be.", now
        ),
        promql(
            f"What is left of the budget of {span(objective.period)}: 1 is all of it, below 0 the objective is broken.",
            f"1 - {of_period} / {number(objective.budget)}",
        ),
    )


@advises("MlspecErrorBudgetBurn")
def error_budget_burn(case: Case) -> Advice:
    subject, dialect = case.subject, case.subject.dialect
    objective = _objective(case, "MlspecErrorBudgetBurn")
    failed = select(dialect.requests, {**subject.requests, **dialect.failed}, _WINDOW)
    labels = "version, code" if dialect.says_model else "handler, status"
    looks: tuple[Look, ...] = (
        promql(
            "Which failures, and of which version." if dialect.says_model else "Which failures.",
            f"sum by ({labels}) (rate({failed}))",
        ),
        promql("Whether one replica fails, or all.", f"sum by (pod) (rate({failed}))"),
        case.errors,
    )
    return Advice(
        "More of the requests fail than the objective allows: they are answered with an error of the server (5xx), a "
        "time-out or a refusal. " + (_burning(case, objective) if objective else ""),
        (*(_budget(case, objective.indicator, objective) if objective else ()), *looks),
        (
            _NEW_VERSION,
            "**Code 500: the model or its handler raises.** The log has the exception and the request's id. Callers "
            "may have begun to send what it was not made for.",
            "**Code 503: the queue is full, or no replica is ready.** See MlspecRequestsRefused and "
            "MlspecNoReplicaReady.",
            "**Code 504: answers take longer than `server.timeout`.** See the queries of MlspecLatencyBudgetBurn.",
            "**One pod alone fails.** Its node may be at fault; delete the pod, and look at the node if it happens "
            "again.",
        ),
    )


@advises("MlspecLatencyBudgetBurn")
def latency_budget_burn(case: Case) -> Advice:
    subject, dialect = case.subject, case.subject.dialect
    objective = _objective(case, "MlspecLatencyBudgetBurn")
    buckets = select(f"{dialect.duration}_bucket", {**subject.series, **dialect.measured}, _WINDOW)
    what = "wait longer for their first token" if dialect.per_token else "are answered more slowly"
    return Advice(
        f"More of the requests {what} than the objective allows. " + (_burning(case, objective) if objective else ""),
        (
            *(_budget(case, objective.indicator, objective) if objective else ()),
            promql(
                "What 99% of the requests stay below, in seconds.",
                f"histogram_quantile(0.99, sum by (le) (rate({buckets})))",
            ),
            promql(
                "Whether one replica is slow, or all.", f"histogram_quantile(0.99, sum by (pod, le) (rate({buckets})))"
            ),
            *_where_time_goes(case),
            case.pods,
        ),
        (
            _NEW_VERSION,
            _DEMAND,
            "**The model itself has become slower**: larger inputs, a card that others share, a node whose CPU is "
            "taken. The time of the model alone shows it.",
            "**Replicas that start again and again**, whose work the others do. See MlspecCrashLooping.",
        ),
    )


def _where_time_goes(case: Case) -> tuple[Look, ...]:
    subject = case.subject
    if subject.dialect.waiting:
        return (
            promql(
                "Requests that wait for room on the cards.", f"sum({select(subject.dialect.waiting, subject.series)})"
            ),
        )
    return (
        promql("Seconds that a request waits for its turn, on average.", _mean(case, metrics.QUEUE_DURATION)),
        promql("Seconds that the model alone takes for a batch, on average.", _mean(case, metrics.INFERENCE_DURATION)),
    )


def _mean(case: Case, histogram: str) -> str:
    total, count = (select(f"{histogram}_{part}", case.subject.series, _WINDOW) for part in ("sum", "count"))
    return f"sum(rate({total}))\n/\nsum(rate({count}))"


@advises("MlspecTokenBudgetBurn")
def token_budget_burn(case: Case) -> Advice:
    subject = case.subject
    objective = _objective(case, "MlspecTokenBudgetBurn")
    at_work = "\n+\n".join(f"sum({select(name, subject.series)})" for name in subject.dialect.in_hand)
    return Advice(
        "Once an answer has begun, its tokens follow each other more slowly than the objective allows: whoever reads "
        "along "
        "waits. " + (_burning(case, objective) if objective else ""),
        (
            *(_budget(case, objective.indicator, objective) if objective else ()),
            promql("Requests at work and waiting: each shares the cards with all others.", at_work),
            case.pods,
        ),
        (
            _DEMAND,
            _NEW_VERSION,
            "**Longer prompts.** Computing them holds up the tokens of the others; `--max-num-batched-tokens` bounds "
            "it.",
            "**More requests at work at once than the cards do well.** `server.concurrency` bounds them.",
        ),
    )
