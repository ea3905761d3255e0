"""Each alert fires when it should and is silent when it should be, in the real promtool."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mlspec.plan.monitoring.scenarios import Scenario, scenarios
from mlspec.plan.monitoring.scenarios.scenario import Phase, Series
from mlspec.plan.monitoring.subject import Subject
from mlspec.spec.monitoring import Slo
from tests.monitoring.subjects import (
    BOTH,
    GROUPS,
    LABELLED,
    MEASURED,
    OWED,
    SLICE,
    TO_ZERO,
    WATCHED,
    alert_names,
    groups_of,
    rules_document,
    run_scenarios,
    slo,
)

# A month, a card, a canary and a language model are among the examples: tests/rule_tests.
CASES = {
    "a week, whole seconds": (TO_ZERO, slo("99.99%", ("93%", "1s"), period="7d")),
    "a fortnight, near the bound": (OWED, slo("93.2%", period="14d")),
    "a slice": (SLICE, None),
    "several nodes": (GROUPS, None),
    "watched for drift": (WATCHED, None),
}
Rules = dict[str, Any]


def _groups(case: str) -> list[str]:
    subject, objectives = CASES[case]
    return [group.name.removeprefix(subject.model) for group in groups_of(subject, objectives) if alert_names(group)]


def _of_group(subject: Subject, objectives: Slo | None, suffix: str) -> tuple[Rules, list[Scenario]]:
    """One group, which promtool evaluates much faster than all, and the scenarios of its alerts."""
    group = next(group for group in groups_of(subject, objectives) if group.name == subject.model + suffix)
    names = alert_names(group)
    return rules_document([group]), [found for found in scenarios(subject, objectives) if found.alert in names]


@pytest.mark.parametrize(("case", "group"), [(case, group) for case in CASES for group in _groups(case)])
def test_every_alert_fires_and_is_silent_when_it_should(
    case: str, group: str, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    subject, objectives = CASES[case]
    document, found = _of_group(subject, objectives, group)
    assert run_scenarios(require_tool("promtool"), document, found, tmp_path)[1] == ""


@pytest.mark.parametrize("case", CASES)
def test_every_alert_has_a_scenario_in_which_it_fires_and_one_in_which_not(case: str) -> None:
    subject, objectives = CASES[case]
    found = list(scenarios(subject, objectives))
    alerts = {
        (rule["alert"], rule["labels"]["severity"])
        for group in rules_document(groups_of(subject, objectives))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    for fires in (True, False):
        assert {(one.alert, one.severity) for one in found if one.fires is fires} == alerts
    assert len({one.name for one in found}) == len(found)


BREAK: dict[str, tuple[str, Callable[[str], str]]] = {
    "a higher threshold": ("-availability", lambda text: text.replace("> 14.4 *", "> 15 *")),
    "a lower threshold": ("-availability", lambda text: text.replace("> 6 *", "> 5.9 *")),
    "the long window alone": ("-availability", lambda text: text.replace("ratio_rate5m{", "ratio_rate1h{")),
    "the short window alone": ("-availability", lambda text: text.replace("ratio_rate1h{", "ratio_rate5m{")),
    "no guard": ("-availability", lambda text: text.replace(">= 70", ">= 1")),
    "a client that left is an error": ("-availability", lambda text: text.replace('code=~"5.."', 'code=~"5..|499"')),
    "probes count": ("-availability", lambda text: text.replace('endpoint=~"infer|invocations",', "")),
    "another bucket": ("-latency", lambda text: text.replace('le="0.25"', 'le="0.5"')),
    "replicas without the bucket count": ("-latency", lambda text: text.replace("and ignoring (le)", "or")),
    "no hold on another model": ("-service", lambda text: text.replace("churn-[a-z0-9]+", "churn-.+")),
    "too few rows": ("-drift", lambda text: text.replace(">= 1500", ">= 1")),
    "replicas without their rows": ("-drift", lambda text: text.replace("\n  * (", "\n  and (")),
    "a lower index": ("-drift", lambda text: text.replace("> 0.2", "> 0.19")),
    "up alone": ("-service", lambda text: text.replace("absent(up{", "count(up{").replace("} == 1)", "} == 0)")),
}


@pytest.mark.parametrize("name", BREAK)
def test_a_broken_rule_is_found_out(name: str, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    group, change = BREAK[name]
    document, found = _of_group(WATCHED, BOTH, group)
    pages = [one for one in found if one.severity == "page" or group in ("-service", "-drift")]
    broken = copy.deepcopy(document)
    for rule in broken["groups"][0]["rules"]:
        # What the alerts read, not the names under which it is recorded.
        rule["expr"] = change(rule["expr"])
    assert broken != document
    assert "FAILED" in run_scenarios(require_tool("promtool"), broken, pages, tmp_path)[1]


def _of_labels(subject: Subject) -> tuple[Rules, list[Scenario]]:
    """The alert that labels bring, by itself."""
    document, found = _of_group(subject, None, "-service")
    (group,) = document["groups"]
    group["rules"] = [rule for rule in group["rules"] if rule["alert"] == "MlspecAccuracyLow"]
    return document, [one for one in found if one.alert == "MlspecAccuracyLow"]


@pytest.mark.parametrize("subject", [LABELLED, MEASURED], ids=["share", "error"])
def test_labels_bring_an_alert(subject: Subject, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    document, found = _of_labels(subject)
    assert {one.fires for one in found} == {True, False}
    assert run_scenarios(require_tool("promtool"), document, found, tmp_path)[1] == ""


BREAK_LABELS: dict[str, Callable[[str], str]] = {
    "another minimum": lambda text: text.replace("< 0.75", "< 0.7"),
    "fewer labels": lambda text: text.replace(">= 500", ">= 499"),
    "labels of one replica": lambda text: text.replace(
        ") (mlspec_accuracy_samples", ") (0.6 * mlspec_accuracy_samples"
    ),
    "every replica counts the same": lambda text: text.replace("accuracy_weight", "accuracy_samples"),
    "a version that is gone": lambda text: text.replace("and on (namespace, model, version)", "and on (namespace)"),
}


@pytest.mark.parametrize("name", BREAK_LABELS)
def test_a_broken_rule_of_labels_is_found_out(name: str, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    document, found = _of_labels(LABELLED)
    (rule,) = document["groups"][0]["rules"]
    assert rule["expr"] != BREAK_LABELS[name](rule["expr"])
    rule["expr"] = BREAK_LABELS[name](rule["expr"])
    assert "FAILED" in run_scenarios(require_tool("promtool"), document, found, tmp_path)[1]


@pytest.mark.parametrize("written", ["1", "1.0"])
def test_a_bound_matches_as_prometheus_2_and_3_write_it(
    written: str, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    document, found = _of_group(OWED, slo(latency=("99%", "1s")), "-latency")
    pages = [_with_bound(one, written) for one in found if one.severity == "page"]
    assert {label for one in pages for series in one.series for label in series.labels} >= {"le"}
    assert run_scenarios(require_tool("promtool"), document, pages, tmp_path)[1] == ""


def _with_bound(scenario: Scenario, written: str) -> Scenario:
    series = [
        replace(one, labels={**one.labels, "le": written}) if "le" in one.labels else one for one in scenario.series
    ]
    return replace(scenario, series=tuple(series))


@pytest.mark.parametrize(("requests", "failures", "fires"), [(70, 1, False), (72, 2, True), (140, 2, False)])
def test_a_single_failure_never_pages(
    requests: int, failures: int, fires: bool, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    """Whole requests, as a server counts them: evenly over two hours, and the failures at once, near the end."""
    document, found = _of_group(OWED, slo("99.9%"), "-availability")
    example = next(one for one in found if one.severity == "page")
    answered = [step * (requests - failures) // 120 for step in range(250)]
    failed = [failures * (step > 232) for step in range(250)]
    series = tuple(
        Series(example.series[0].metric, {**example.series[0].labels, "code": code}, tuple(_level(n) for n in counts))
        for code, counts in (("200", answered), ("503", failed))
    )
    scenario = replace(example, name="whole requests", fires=fires, series=series, seconds=7200, interval=30)
    assert run_scenarios(require_tool("promtool"), document, [scenario], tmp_path)[1] == ""


def _level(count: int) -> Phase:
    return Phase(30, level=Decimal(count))
