"""ServiceMonitor and PrometheusRule: what a cluster takes, and nothing that it would return otherwise."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from mlspec.artifacts.file import File, Output
from mlspec.artifacts.monitoring.prometheus_rule import prometheus_rule
from mlspec.artifacts.monitoring.service_monitor import service_monitor
from mlspec.plan.plan import AlertingRule, Monitoring, RuleGroup
from mlspec_runtime.metric_names import LABEL_NAMES
from tests.artifacts.plans import SMALLEST
from tests.crds import crd_problems, require_crds
from tests.libyaml import load
from tests.monitoring.subjects import BOTH, SUBJECTS, groups_of

PLANS = {
    name: replace(
        SMALLEST, monitoring=Monitoring({"release": "prometheus"}, "30s", "10s", tuple(groups_of(subject, BOTH)))
    )
    for name, subject in SUBJECTS.items()
}
# What the operator adds to a scraped target. Source: "generateServiceMonitorConfig" of prometheus-operator.
_OPERATORS_LABELS = {"namespace", "service", "pod", "container", "endpoint", "job", "instance"}


def _objects(name: str) -> list[dict[str, Any]]:
    return [_read(file) for file in (*service_monitor(PLANS[name]), *prometheus_rule(PLANS[name]))]


def _read(file: Output) -> dict[str, Any]:
    assert isinstance(file, File)
    manifest: dict[str, Any] = load(file.content)
    return manifest


@pytest.mark.parametrize("name", PLANS)
def test_their_definitions_accept_both(name: str) -> None:
    require_crds()
    assert crd_problems(_objects(name)) == []


@pytest.mark.parametrize("name", PLANS)
def test_what_is_written_is_what_was_planned(name: str) -> None:
    rules = _objects(name)[1]["spec"]["groups"]
    planned = PLANS[name].monitoring.groups
    assert [group["name"] for group in rules] == [group.name for group in planned]
    assert len({group["name"] for group in rules}) == len(rules)
    for group, plan in zip(rules, planned, strict=True):
        assert [rule["expr"] for rule in group["rules"]] == [rule.expr for rule in plan.rules]


@pytest.mark.parametrize("name", PLANS)
def test_nothing_is_empty(name: str) -> None:
    def values(node: object) -> list[object]:
        below = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        return [node, *(value for child in below for value in values(child))]

    assert not [value for manifest in _objects(name) for value in values(manifest) if value in (None, "", [], {}, "0s")]


@pytest.mark.parametrize("index", [0, 1])
def test_prometheus_selects_them_and_argo_cd_applies_them_last(index: int) -> None:
    metadata = _objects("owed")[index]["metadata"]
    assert metadata["labels"]["release"] == "prometheus"
    assert metadata["labels"].items() >= SMALLEST.labels.items()
    assert metadata["annotations"] == {"argocd.argoproj.io/sync-wave": "2"}


def test_the_monitor_finds_the_services_of_this_model_alone() -> None:
    spec = _objects("owed")[0]["spec"]
    assert spec["selector"] == {"matchLabels": SMALLEST.selector}
    assert [endpoint["port"] for endpoint in spec["endpoints"]] == [SMALLEST.container.port_name]


def test_a_label_of_the_server_is_never_pushed_aside() -> None:
    (dropped,) = _objects("owed")[0]["spec"]["endpoints"][0]["relabelings"]
    assert dropped["action"] == "labeldrop"
    kept = {label for label in _OPERATORS_LABELS if not re.fullmatch(dropped["regex"], label)}
    assert kept.isdisjoint(label for labels in LABEL_NAMES.values() for label in labels)
    assert kept >= {"namespace", "pod", "job", "instance"}


def test_an_alert_that_waits_says_how_long() -> None:
    alert = AlertingRule("A", "up == 0", "5m", {"severity": "page"}, {"summary": "Down."})
    group = RuleGroup("own", None, (alert, replace(alert, for_="0s")))
    plan = replace(SMALLEST, monitoring=Monitoring({}, "30s", "10s", (group,)))
    (file,) = prometheus_rule(plan)
    rules = _read(file)["spec"]["groups"][0]["rules"]
    assert [rule.get("for") for rule in rules] == ["5m", None]
