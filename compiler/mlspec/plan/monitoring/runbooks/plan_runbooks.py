"""Alerts of one deployment -> their runbooks, and the same alerts with the address of each."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from msgspec.structs import replace

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.monitoring.batch_alerts import batch_subject_of
from mlspec.plan.monitoring.links import DASHBOARD
from mlspec.plan.monitoring.options import PREFIX
from mlspec.plan.monitoring.subject import subject_of
from mlspec.plan.plan import AlertingRule, Look, Monitoring, RecordingRule, Runbook

# Each adds what it knows by its decorator.
from . import batches as _batches
from . import capacity as _capacity
from . import objectives as _objectives
from . import outages as _outages
from . import quality as _quality
from .address import files_address
from .advice import Advice, Case, advice_of
from .rollback import rollback

_ADVISING = (_batches, _capacity, _objectives, _outages, _quality)
_ALERT = re.compile(rf"\b{PREFIX}[A-Z][A-Za-z]+")
FOLDER = "docs"
"""Below a deployment's folder. Argo CD reads the folder itself, without those in it, and no Markdown."""


def with_runbooks(monitoring: Monitoring, resolved: ResolvedSpec, folder: str, startup_budget: int) -> Monitoring:
    """`folder` is where the deployment's manifests go; `startup_budget` in seconds."""
    subject, batch = subject_of(resolved, startup_budget), batch_subject_of(resolved, startup_budget)
    case = Case(subject, resolved.spec.monitoring, batch)
    rules = [rule for group in monitoring.groups for rule in group.rules if isinstance(rule, AlertingRule)]
    names = dict.fromkeys(rule.alert for rule in rules)
    back = rollback(resolved, folder)
    runbooks = tuple(
        _linked(
            _runbook(case, [rule for rule in rules if rule.alert == name], f"{folder}/{FOLDER}/{name}.md", back), names
        )
        for name in names
    )
    address = files_address(resolved.environment.spec.gitops)
    addresses = {runbook.alert: f"{address}/{runbook.path}" for runbook in runbooks} if address else {}
    groups = tuple(
        replace(group, rules=tuple(_leading(rule, addresses) for rule in group.rules)) for group in monitoring.groups
    )
    return replace(monitoring, groups=groups, runbooks=runbooks)


def _leading(rule: RecordingRule | AlertingRule, addresses: dict[str, str]) -> RecordingRule | AlertingRule:
    if not isinstance(rule, AlertingRule) or rule.alert not in addresses:
        return rule
    return replace(rule, annotations={**rule.annotations, "runbook_url": addresses[rule.alert]})


def _runbook(case: Case, rules: list[AlertingRule], path: str, back: tuple[str, Look | None]) -> Runbook:
    first = rules[0]
    advice = advice_of(first.alert, case)
    quoted = () if advice else tuple(_own(first))
    advice = advice or Advice("An alert of this model's own, from its spec.", (case.pods, case.errors), ())
    return Runbook(
        alert=first.alert,
        path=path,
        title=f"{first.alert}: {case.subject.name}",
        facts=tuple(_facts(case, rules)),
        meaning=advice.meaning,
        quoted=quoted,
        looks=advice.looks,
        causes=advice.causes,
        rollback=back,
    )


def _linked(runbook: Runbook, names: Container[str]) -> Runbook:
    """Where it speaks of another alert of this deployment, it leads to that one's runbook."""

    def link(found: re.Match[str]) -> str:
        name = found.group()
        return f"[{name}]({name}.md)" if name in names and name != runbook.alert else name

    causes = tuple(_ALERT.sub(link, cause) for cause in runbook.causes)
    return replace(runbook, meaning=_ALERT.sub(link, runbook.meaning), causes=causes)


def _own(rule: AlertingRule) -> Iterator[Look]:
    yield Look("What it says", "text", rule.annotations["summary"])
    yield Look("When it fires", "promql", rule.expr)


def _facts(case: Case, rules: list[AlertingRule]) -> Iterator[tuple[str, str]]:
    yield "severity", " or ".join(dict.fromkeys(rule.labels["severity"] for rule in rules))
    if case.subject.owner:
        yield "owner", case.subject.owner
    yield "namespace", case.subject.namespace
    if dashboard := rules[0].annotations.get(DASHBOARD):
        yield "dashboard", f"<{dashboard}>"
    if rules[0].for_ != "0s":
        yield "after", rules[0].for_
