"""Plan -> the PrometheusRule with everything that is recorded and alerted on."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import either
from mlspec.plan.plan import AlertingRule, Manifest, Plan, RecordingRule, RuleGroup

PROMETHEUS_RULE = object_kind("monitoring.coreos.com/v1", "PrometheusRule")
_AT_ONCE = "0s"


@either
def prometheus_rule(plan: Plan) -> Iterator[File]:
    if not plan.monitoring.groups:
        return
    placed = metadata(plan, plan.names.service, wave=2)
    manifest = {
        **PROMETHEUS_RULE,
        "metadata": {**placed, "labels": {**placed["labels"], **plan.monitoring.labels}},
        "spec": {"groups": [group_entry(group) for group in plan.monitoring.groups]},
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def group_entry(group: RuleGroup) -> Manifest:
    """A rule group, as Prometheus's own rule files have it too."""
    rules = [_recording(rule) if isinstance(rule, RecordingRule) else _alerting(rule) for rule in group.rules]
    return present({"name": group.name, "interval": group.interval, "rules": rules})


def _recording(rule: RecordingRule) -> Manifest:
    return present({"record": rule.record, "expr": rule.expr, "labels": dict(rule.labels)})


def _alerting(rule: AlertingRule) -> Manifest:
    wait = rule.for_ if rule.for_ != _AT_ONCE else None
    return present(
        {
            "alert": rule.alert,
            "expr": rule.expr,
            "for": wait,
            "labels": dict(rule.labels),
            "annotations": dict(rule.annotations),
        }
    )
