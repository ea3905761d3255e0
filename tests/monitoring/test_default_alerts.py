"""Each alert that a deployment gets by itself is switched and tuned by its name, and tested as it is tuned."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.options import alert_of, option_of
from mlspec.plan.monitoring.plan_monitoring import plan_rules
from mlspec.plan.monitoring.scenarios import scenarios
from mlspec.plan.monitoring.subject import Subject
from mlspec.plan.plan import AlertingRule
from mlspec.spec.default_alerts import DefaultAlerts
from tests.monitoring.subjects import (
    CARD,
    LABELLED,
    LANGUAGE_MODEL,
    OWED,
    WATCHED,
    rules_document,
    run_scenarios,
    slo,
)

EVERYTHING = replace(LANGUAGE_MODEL, queue=None, drift=WATCHED.drift)
"""Has every alert, but for that of a queue that has an end."""
OBJECTIVES = slo("99.9%", ("99%", "250ms"))
WITH_TOKENS = OBJECTIVES.model_copy(update={"time_per_output_token": slo(latency=("95%", "50ms")).latency})
OPTIONS = [str(field.alias) for field in DefaultAlerts.model_fields.values()]
TUNED: dict[str, tuple[dict[str, Any], str, str]] = {
    # What is asked, and what the rule then says where it said the other before.
    "startupSlow": ({"threshold": "50%"}, "> 0.8 * 60", "> 0.5 * 60"),
    "requestsRefused": ({"threshold": "0.1%"}, "> 0.01", "> 0.001"),
    "requestsWaiting": ({"threshold": 7}, ")) > 0", ")) > 7"),
    "memoryNearLimit": ({"threshold": "75%"}, "> 0.9 * 1073741824", "> 0.75 * 1073741824"),
    "acceleratorIdle": ({"threshold": "2.5%"}, "< 5", "< 2.5"),
}


def _with(subject: Subject, options: dict[str, Any]) -> Subject:
    return replace(subject, options=DefaultAlerts.model_validate(options))


def _alerts(subject: Subject) -> list[AlertingRule]:
    batch = BatchSubject(subject, "churn-batch", 111_600)
    groups = plan_rules(subject, WITH_TOKENS, [], batch=batch)
    assert all(group.rules for group in groups)
    return [rule for group in groups for rule in group.rules if isinstance(rule, AlertingRule)]


def _named(option: str, options: dict[str, Any]) -> list[AlertingRule]:
    """That alert of a subject which has it."""
    for subject in (OWED, CARD, LABELLED, EVERYTHING):
        if found := [rule for rule in _alerts(_with(subject, options)) if rule.alert == alert_of(option)]:
            return found
    return []


@pytest.mark.parametrize("option", OPTIONS)
def test_each_is_there_and_can_be_switched_off(option: str) -> None:
    assert _named(option, {})
    assert _named(option, {option: {"enabled": False}}) == []


def test_every_alert_has_its_key() -> None:
    made = {option_of(rule.alert) for subject in (OWED, CARD, LABELLED, EVERYTHING) for rule in _alerts(subject)}
    assert made == set(OPTIONS)


@pytest.mark.parametrize("option", [name for name in OPTIONS if not re.search("Burn|batch", name)])
def test_each_holds_as_long_as_it_is_told(option: str) -> None:
    usual, longer = (_named(option, options)[0].for_ for options in ({}, {option: {"for": "2d"}}))
    assert usual != longer
    assert longer.startswith("2d")


@pytest.mark.parametrize("option", [name for name in OPTIONS if "Burn" not in name])
@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_each_tells_whom_it_is_told_to(option: str, severity: str) -> None:
    assert {rule.labels["severity"] for rule in _named(option, {option: {"severity": severity}})} == {severity}


@pytest.mark.parametrize("option", [name for name in OPTIONS if "Burn" in name])
def test_an_objective_need_not_wake_anybody(option: str) -> None:
    told = [rule.labels["severity"] for rule in _named(option, {option: {"severities": ["ticket"]}})]
    assert told == ["ticket"]
    assert [rule.labels["severity"] for rule in _named(option, {})] == ["page", "ticket"]


@pytest.mark.parametrize("option", TUNED)
def test_a_threshold_is_the_one_that_is_asked_for(option: str) -> None:
    asked, usual, tuned = TUNED[option]
    (before,), (after,) = _named(option, {}), _named(option, {option: asked})
    assert before.expr.endswith(usual)
    assert after.expr.endswith(tuned)


@pytest.mark.parametrize("subject", [CARD, EVERYTHING], ids=["ours", "vllm"])
def test_what_is_tuned_is_tested_as_it_is_tuned(
    subject: Subject, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    tuned = _with(
        subject, {option: asked for option, (asked, _, _) in TUNED.items()} | {"metricsAbsent": {"for": "1h"}}
    )
    groups = plan_rules(tuned, None, [])
    found = list(scenarios(tuned, None))
    assert run_scenarios(require_tool("promtool"), rules_document(groups), found, tmp_path)[1] == ""


def test_what_is_switched_off_is_not_tested() -> None:
    off = _with(OWED, {"errorBudgetBurn": {"severities": ["page"]}, "crashLooping": {"enabled": False}})
    tested = {(one.alert, one.severity) for one in scenarios(off, OBJECTIVES)}
    assert tested == {
        (rule.alert, rule.labels["severity"])
        for group in plan_rules(off, OBJECTIVES, [])
        for rule in group.rules
        if isinstance(rule, AlertingRule)
    }
    assert ("MlspecErrorBudgetBurn", "ticket") not in tested
