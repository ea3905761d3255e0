"""Rules of any subject and objective: Prometheus accepts them, and they read only what somebody exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.burn_rate import burn_rates
from mlspec.plan.monitoring.indicators import availability
from mlspec.plan.plan import AlertingRule, RecordingRule, RuleGroup
from mlspec.plan.quantities import seconds
from mlspec.promql import parse
from mlspec.spec.monitoring import Slo
from mlspec_runtime import metric_names as metrics
from tests.monitoring.known_series import known_series
from tests.monitoring.subjects import BOTH, OWED, SUBJECTS, check_rules, groups_of, rules_document, slo, slos


def _expressions(groups: list[RuleGroup]) -> Iterator[str]:
    yield from (rule.expr for group in groups for rule in group.rules)


def _reads_only_what_there_is(groups: list[RuleGroup]) -> None:
    known = known_series()
    for group in groups:
        for rule in group.rules:
            expression = parse(rule.expr)
            for selector in expression.selectors:
                assert selector.metric in known, f"nobody exports {selector.metric}"
                labels = {label for label, _, _ in selector.matchers}
                assert labels <= known[selector.metric], f"{selector.metric} has no {labels - known[selector.metric]}"
            if isinstance(rule, RecordingRule):
                known[rule.record] = {"namespace", metrics.MODEL}


@pytest.mark.parametrize("name", SUBJECTS)
def test_prometheus_accepts_the_rules(name: str, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    document = rules_document(groups_of(SUBJECTS[name], BOTH))
    assert check_rules(require_tool("promtool"), document, tmp_path) == ""


def test_prometheus_accepts_the_rules_of_any_objective(
    require_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    promtool = require_tool("promtool")

    @settings(max_examples=15)
    @given(st.sampled_from(sorted(SUBJECTS)), slos())
    def accepted(name: str, objectives: Slo) -> None:
        document = rules_document(groups_of(SUBJECTS[name], objectives))
        assert check_rules(promtool, document, tmp_path_factory.mktemp("rules")) == ""

    accepted()


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_rule_reads_what_somebody_exports(name: str) -> None:
    _reads_only_what_there_is(groups_of(SUBJECTS[name], BOTH))


@given(st.sampled_from(sorted(SUBJECTS)), slos())
def test_so_does_every_rule_of_any_objective(name: str, objectives: Slo) -> None:
    _reads_only_what_there_is(groups_of(SUBJECTS[name], objectives))


@given(slos())
def test_every_window_is_recorded(objectives: Slo) -> None:
    period = seconds(objectives.period)
    windows = {window for rate in burn_rates(period) for window in (rate.short, rate.long)} | {period}
    shortest = min(windows)
    rules = [rule for group in groups_of(OWED, objectives) for rule in group.rules]
    records = {rule.record for rule in rules if isinstance(rule, RecordingRule)}
    if objectives.availability is not None:
        assert {availability(OWED, shortest).ratio(window) for window in windows} <= records


@given(slos())
def test_numbers_are_written_as_a_person_writes_them(objectives: Slo) -> None:
    text = "\n".join(_expressions(groups_of(OWED, objectives)))
    assert not re.search(r"\d[eE][+-]?\d+ |\d\.\d{10,}", text)
    assert re.search(r"> \d+(\.\d+)? \* 0\.\d*[1-9]\n", text)


def test_the_factors_of_a_month_stand_in_the_rules() -> None:
    text = "\n".join(_expressions(groups_of(OWED, BOTH)))
    assert all(f"> {threshold}\n" in text for threshold in ("14.4 * 0.001", "6 * 0.001", "3 * 0.01", "1 * 0.01"))


@pytest.mark.parametrize(
    ("threshold", "matcher"),
    [
        ("250ms", 'le="0.25"'),
        ("1s", r'le=~"1(\\.0)?"'),
        ("30s", r'le=~"30(\\.0)?"'),
        ("1500ms", 'le="1.5"'),
    ],
)
def test_the_bucket_of_a_threshold(threshold: str, matcher: str) -> None:
    text = "\n".join(_expressions(groups_of(OWED, slo(latency=("99%", threshold)))))
    assert set(re.findall(r"le=~?\"[^\"]*\"", text)) == {matcher}


@pytest.mark.parametrize("name", SUBJECTS)
def test_labels_and_annotations_follow_the_conventions(name: str) -> None:
    subject = SUBJECTS[name]
    for group in groups_of(subject, BOTH):
        assert group.name.startswith(f"{subject.model}-")
        for rule in group.rules:
            if isinstance(rule, RecordingRule):
                assert re.fullmatch(r"namespace_model:mlspec_[a-z_]+:[a-z_]+(\d+[smhd])+", rule.record)
                continue
            assert re.fullmatch(r"Mlspec([A-Z][a-z]+)+", rule.alert)
            assert rule.labels["severity"] in ("page", "ticket")
            assert rule.labels.get("owner") == subject.owner
            about = {key: rule.labels[key] for key in ("model", "environment", "namespace")}
            assert about == {"model": subject.model, "environment": "prod", "namespace": "ml-prod"}
            assert rule.annotations["summary"].endswith(".")
            assert rule.annotations["description"].endswith(".")


def test_nobody_is_woken_for_what_owes_nothing() -> None:
    severities = {rule.labels["severity"] for group in groups_of(SUBJECTS["smallest"], None) for rule in group.rules}
    assert severities == {"ticket"}


def test_alerts_of_one_model_differ_in_name_or_severity() -> None:
    alerts = [rule for group in groups_of(OWED, BOTH) for rule in group.rules if isinstance(rule, AlertingRule)]
    assert len({(rule.alert, rule.labels["severity"]) for rule in alerts}) == len(alerts)
