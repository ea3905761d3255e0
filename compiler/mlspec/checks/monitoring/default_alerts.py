"""Checks of `monitoring.defaultAlerts`: what a model's own file says of an alert is about one that the model has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from mlspec.checks.registry import model_check
from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.monitoring.batch_alerts import batch_subject_of
from mlspec.plan.monitoring.options import alert_of
from mlspec.plan.monitoring.plan_monitoring import plan_rules
from mlspec.plan.monitoring.subject import subject_of
from mlspec.plan.plan import AlertingRule
from mlspec.source.node import Document
from mlspec.spec.default_alerts import DefaultAlerts

NO_SUCH_ALERT = code(
    "MLS341",
    "alert-without-use",
    title="an alert is tuned that the model does not have",
    reason="It would change nothing. In the defaults of an environment or the workspace, which are for many models, it "
    "may stand.",
    remedy="remove it",
)
_WHY_NOT = {
    "errorBudgetBurn": "it has no `slo.availability`",
    "latencyBudgetBurn": "it has no `slo.latency`",
    "tokenBudgetBurn": "it has no `slo.timePerOutputToken`",
    "requestsRefused": "its queue has no end; `requestsWaiting` is the alert for that",
    "requestsWaiting": "its queue has an end; `requestsRefused` is the alert for that",
    "acceleratorIdle": "it has no NVIDIA GPU to itself",
    "featureDrift": "it has no `drift`",
    "batchFailed": "it has no `batch`",
    "batchMissed": "it has no `batch.schedule`",
}
_SERVES_NOT = "it serves no requests"
_BATCH = ("batchFailed", "batchMissed")


@model_check(NO_SUCH_ALERT)
def alert_without_use(document: Document, specs: Sequence[ResolvedSpec]) -> Iterator[Diagnostic]:
    for option, environment, span in _tuned(document):
        concerned = [spec for spec in specs if environment in (None, spec.environment.name)]
        if concerned and not any(alert_of(option) in _alerts(spec) for spec in concerned):
            yield _finding(option, environment, span, concerned)


def _tuned(document: Document) -> Iterator[tuple[str, str | None, Span]]:
    """Each alert that a model's own file tunes, the environment whose block does, and the place of its key."""
    spec = document.root.get("spec")
    blocks = spec.get("environments") if spec else None
    names = blocks.value if blocks and isinstance(blocks.value, dict) else {}
    for environment, block in ((None, spec), *((name, entry.node) for name, entry in names.items())):
        tuned = block.get("monitoring", "defaultAlerts") if block else None
        if tuned and isinstance(tuned.value, dict):
            yield from ((option, environment, entry.key) for option, entry in tuned.value.items() if entry.node.value)


def _alerts(spec: ResolvedSpec) -> set[str]:
    """The names of all that it would have if none were switched off."""
    subject = replace(subject_of(spec, 0), options=DefaultAlerts.by_default())
    groups = plan_rules(subject, spec.spec.monitoring.slo, [], batch=batch_subject_of(spec, 0), serves=spec.spec.serves)
    return {rule.alert for group in groups for rule in group.rules if isinstance(rule, AlertingRule)}


def _finding(option: str, environment: str | None, span: Span, specs: list[ResolvedSpec]) -> Diagnostic:
    why = _WHY_NOT.get(option, _SERVES_NOT)
    if option not in _BATCH and not any(spec.spec.serves for spec in specs):
        why = _SERVES_NOT
    where = f" in {environment}" if environment else ""
    return NO_SUCH_ALERT.error(
        span, f"{specs[0].name} has no alert {alert_of(option)}{where}", label=why, remedy=f"remove `{option}`"
    )
