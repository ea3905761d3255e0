"""An HPA asks for what docs/metrics-adapter.md tells an adapter to serve, and that is what the server exports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlspec.plan.monitoring import plan_monitoring
from mlspec.plan.monitoring.demand import DEMAND
from mlspec.plan.plan import RecordingRule, Scaling
from mlspec.plan.scaling import plan_scaling
from mlspec.promql import parse
from mlspec.spec.environment import MetricsAdapter
from mlspec_runtime.metric_names import LABEL_NAMES, MODEL

from .specs import cards, spec_of

PAGE = Path(__file__).parents[2] / "docs" / "metrics-adapter.md"
METRICS: list[dict[str, Any]] = [
    {"query": {"promql": "waiting", "threshold": 0.5}},
    {"gpuUtilization": "80%"},
    {"requestsPerSecond": 2_000_000},
    {"cpu": "70%"},
    {"query": {"promql": "1", "threshold": 3}},
    {"concurrency": 2.5},
]


def _rules() -> dict[str, list[dict[str, Any]]]:
    """The configuration in the page, whose queries are templates of Go between `<<` and `>>`."""
    (block,) = re.findall(r"```yaml\n(rules:.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(block)
    return found


def _filled(rule: dict[str, Any], matchers: str) -> str:
    series = rule["seriesQuery"].partition("{")[0]
    filled: str = rule["metricsQuery"]
    for name, value in (("Series", series), ("LabelMatchers", matchers), ("GroupBy", "pod")):
        filled = filled.replace(f"<<.{name}>>", value)
    return filled


def _scaling(**environment: Any) -> Scaling:
    where, resources = cards(1)
    where |= {"autoscaler": "hpa", "metricsAdapter": {}} | environment
    planned = plan_scaling(spec_of(where, resources=resources, scaling={"maxReplicas": 9, "metrics": METRICS}), 60)
    assert planned is not None
    return planned


def test_the_page_serves_the_default_names() -> None:
    adapter, rules = MetricsAdapter(), _rules()
    assert {rule["name"]["as"] for rule in rules["rules"]} == {adapter.concurrency, adapter.requests_per_second}
    assert [rule["name"]["as"] for rule in rules["externalRules"]] == [adapter.demand]


@pytest.mark.parametrize("part", ["rules", "externalRules"])
def test_what_an_adapter_asks_is_promql_over_what_is_exported(part: str) -> None:
    known = {name: {*labels, "namespace", "pod"} for name, labels in LABEL_NAMES.items()}
    known[DEMAND] = {"namespace", MODEL, "metric"}
    matchers = {"rules": 'namespace="ml",pod=~"a|b"', "externalRules": 'namespace="ml",model="a",metric="query"'}[part]
    for rule in _rules()[part]:
        for text in (rule["seriesQuery"], _filled(rule, matchers)):
            for selector in parse(text).selectors:
                assert selector.metric in known
                assert {label for label, _, _ in selector.matchers} <= known[selector.metric]


def test_metrics_stand_in_the_order_of_their_types_with_names_of_their_own() -> None:
    found = [(metric.kind, metric.name, metric.series, metric.target) for metric in _scaling().metrics]
    assert found == [
        ("cpu", "cpu", "", "70"),
        ("pods", "concurrency", "mlspec_requests_in_progress", "2500m"),
        ("pods", "requests-per-second", "mlspec_requests_per_second", "2M"),
        ("external", "gpu-utilization", "mlspec_scaling_demand", "80"),
        ("external", "query", "mlspec_scaling_demand", "3"),
        ("external", "query-2", "mlspec_scaling_demand", "500m"),
    ]


def test_an_environment_may_have_other_names() -> None:
    metrics = _scaling(metricsAdapter={"concurrency": "busy", "demand": "wanted"}).metrics
    assert [metric.series for metric in metrics] == ["", "busy", "mlspec_requests_per_second", *["wanted"] * 3]


def test_what_is_external_is_recorded_with_one_value() -> None:
    where, resources = cards(1)
    spec = spec_of(where, resources=resources)
    (group,) = (group for group in plan_monitoring(spec, 60, _scaling()).groups if group.name.endswith("-scaling"))
    records = [rule for rule in group.rules if isinstance(rule, RecordingRule)]
    assert [rule.labels["metric"] for rule in records] == ["gpu-utilization", "query", "query-2"]
    assert {rule.record for rule in records} == {DEMAND}
    assert [rule.expr for rule in records[1:]] == ["vector (\n1\n)", "sum (\nwaiting\n)"]
    for rule in records:
        parse(rule.expr)


def test_keda_needs_no_adapter_and_records_nothing() -> None:
    where, resources = cards(1)
    spec = spec_of(where, resources=resources, scaling={"maxReplicas": 9, "metrics": METRICS})
    scaling = plan_scaling(spec, 60)
    assert scaling is not None
    assert {metric.kind for metric in scaling.metrics} == {"cpu", "prometheus"}
    assert not [group for group in plan_monitoring(spec, 60, scaling).groups if group.name.endswith("-scaling")]
