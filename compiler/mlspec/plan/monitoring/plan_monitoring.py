"""ResolvedSpec -> everything that Prometheus scrapes, records and alerts on for one deployment."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.plan import AlertingRule, Monitoring, RuleGroup, Scaling
from mlspec.plan.quantities import duration
from mlspec.spec.monitoring import Alert, Slo
from mlspec_runtime import metric_names as metrics

from .alerts import default_alerts
from .batch_alerts import BatchSubject, batch_alerts, batch_subject_of
from .demand import plan_demand
from .drift_alert import drift_alerts
from .links import linked
from .objectives import INTERVAL, plan_objectives
from .promql import span
from .subject import Subject, subject_of

_SCRAPE_TIMEOUT = 10


def plan_monitoring(resolved: ResolvedSpec, startup_budget: int, scaling: Scaling | None = None) -> Monitoring:
    """`startup_budget` in seconds; the spec has passed every check."""
    asked, subject = resolved.spec.monitoring, subject_of(resolved, startup_budget)
    batch = batch_subject_of(resolved, startup_budget)
    rules = plan_rules(subject, asked.slo, asked.alerts, batch=batch, serves=resolved.spec.serves)
    return Monitoring(
        labels=dict(sorted(resolved.environment.spec.prometheus.rule_labels.items())),
        interval=span(INTERVAL),
        scrape_timeout=span(_SCRAPE_TIMEOUT),
        groups=(*linked(resolved, rules), *plan_demand(subject, scaling)),
        target_labels={} if subject.dialect.says_model else {metrics.MODEL: resolved.name},
    )


def plan_rules(
    subject: Subject,
    slo: Slo | None,
    alerts: Sequence[Alert],
    *,
    batch: BatchSubject | None = None,
    serves: bool = True,
) -> tuple[RuleGroup, ...]:
    """Objectives, the alerts that every deployment gets, those of drift and of its batches, and the user's own."""
    groups = plan_objectives(subject, slo) if slo and serves else []
    if serves:
        groups.append(RuleGroup(f"{subject.model}-service", None, tuple(default_alerts(subject))))
        groups.append(RuleGroup(f"{subject.model}-drift", None, tuple(drift_alerts(subject))))
    if batch is not None:
        groups.append(RuleGroup(f"{subject.model}-batch", None, tuple(batch_alerts(batch))))
    groups = [group for group in groups if group.rules]
    if alerts:
        groups.append(RuleGroup(f"{subject.model}-own", None, tuple(_own(subject, alert) for alert in alerts)))
    return tuple(groups)


def _own(subject: Subject, alert: Alert) -> AlertingRule:
    return AlertingRule(
        alert=alert.name,
        expr=alert.expr,
        for_=duration(alert.for_),
        labels=subject.labels(alert.severity),
        annotations={"summary": alert.summary},
    )
