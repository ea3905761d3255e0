"""Rule groups -> the same, with each alert leading to where one sees more of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.grafana import dashboard_url
from mlspec.plan.plan import AlertingRule, RecordingRule, RuleGroup

DASHBOARD = "dashboard_url"


def linked(resolved: ResolvedSpec, groups: Iterable[RuleGroup]) -> Iterator[RuleGroup]:
    """As they are where the environment says nowhere that a link could lead to."""
    dashboard = dashboard_url(resolved)
    links = {DASHBOARD: dashboard} if dashboard else {}
    for group in groups:
        yield replace(group, rules=tuple(_linked(rule, links) for rule in group.rules)) if links else group


def _linked(rule: RecordingRule | AlertingRule, links: dict[str, str]) -> RecordingRule | AlertingRule:
    if isinstance(rule, RecordingRule):
        return rule
    return replace(rule, annotations={**rule.annotations, **links})
