"""A spec and its environment decide the rules, the bounds of the histogram and what Prometheus scrapes."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.utils import floatToGoString

from mlspec.environment.resolve import resolve
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.monitoring import latency_buckets, plan_monitoring
from mlspec.plan.monitoring.promql import bucket_bound
from mlspec.plan.monitoring.subject import subject_of
from mlspec.plan.plan import AlertingRule, Monitoring
from mlspec.source.files import FilesInMemory
from mlspec.source.read import read_specs, together
from mlspec.spec.monitoring import Monitoring as Asked
from mlspec_runtime.metric_names import DEFAULT_LATENCY_BUCKETS
from tests.monitoring.subjects import slo

ENVIRONMENT: dict[str, Any] = {
    "namespace": "ml",
    "prometheus": {"ruleLabels": {"release": "stack", "a": "b"}},
    "accelerators": {
        "a100": {"resource": "nvidia.com/gpu", "migStrategy": "mixed"},
        "mi300": {"resource": "amd.com/gpu"},
    },
}
MODEL = {"format": "sklearn", "version": "1.0.0", "uri": "./model.joblib"}
ALERT = {"name": "Odd", "expr": "up == 0", "for": "90s", "severity": "page", "summary": "Odd: {{ $value }}"}


def _resolved(spec: dict[str, Any], owner: str | None = None) -> ResolvedSpec:
    metadata = {"name": "churn", **({"owner": owner} if owner else {})}
    documents = [
        {"kind": "Environment", "metadata": {"name": "prod"}, "spec": ENVIRONMENT},
        {"kind": "Model", "metadata": metadata, "spec": {"model": MODEL, **spec}},
    ]
    text = yaml.safe_dump_all([{"apiVersion": "mlspec.dev/v1", **document} for document in documents])
    files = FilesInMemory({"specs/model.yaml": text.encode(), "specs/model.joblib": b"a model"})
    resolution = resolve(together(read_specs(files, "specs").values()).documents, files)
    assert resolution.diagnostics == []
    return resolution.specs[0]


def _alerts(planned: Monitoring) -> dict[str, AlertingRule]:
    return {rule.alert: rule for group in planned.groups for rule in group.rules if isinstance(rule, AlertingRule)}


def test_a_subject_is_what_the_spec_says() -> None:
    scaling = {"minReplicas": 0, "maxReplicas": 3, "metrics": [{"concurrency": 4}]}
    spec = {"scaling": scaling, "resources": {"memory": "3Gi"}, "server": {"queue": 7}}
    subject = subject_of(_resolved(spec, "growth"), 90)
    assert (subject.model, subject.service, subject.container) == ("churn", "churn", "server")
    assert (subject.namespace, subject.environment, subject.owner) == ("ml", "prod", "growth")
    assert (subject.min_replicas, subject.memory, subject.queue) == (0, 3 * 2**30, 7)
    assert (subject.startup_budget, subject.has_objective, subject.gpu) == (90, False, False)


@pytest.mark.parametrize(("spec", "replicas"), [({}, 1), ({"replicas": 3}, 3)])
def test_fixed_replicas_are_the_fewest(spec: dict[str, Any], replicas: int) -> None:
    assert subject_of(_resolved(spec), 60).min_replicas == replicas


@pytest.mark.parametrize(
    ("accelerator", "metric"),
    [
        ({"type": "a100"}, "DCGM_FI_DEV_GPU_UTIL"),
        ({"type": "a100", "mig": "1g.10gb"}, "DCGM_FI_PROF_GR_ENGINE_ACTIVE"),
        ({"type": "mi300"}, None),
        (None, None),
    ],
)
def test_a_card_is_watched_by_what_its_exporter_has(accelerator: dict[str, str] | None, metric: str | None) -> None:
    spec = {"resources": {"accelerator": accelerator}} if accelerator else {}
    idle = _alerts(plan_monitoring(_resolved(spec), 60)).get("MlspecAcceleratorIdle")
    assert (metric is None) == (idle is None)
    assert idle is None or (metric or "") in idle.expr


def test_an_objective_makes_an_outage_wake_somebody() -> None:
    without = _alerts(plan_monitoring(_resolved({}), 60))
    asked = {"monitoring": {"slo": {"availability": "99.9%"}}}
    owed = _alerts(plan_monitoring(_resolved(asked), 60))
    assert without["MlspecMetricsAbsent"].labels["severity"] == "ticket"
    assert owed["MlspecMetricsAbsent"].labels["severity"] == "page"
    assert "MlspecErrorBudgetBurn" in owed.keys() - without.keys()


def test_an_alert_of_ones_own_is_written_as_it_is() -> None:
    planned = plan_monitoring(_resolved({"monitoring": {"alerts": [ALERT]}}, "growth"), 60)
    assert planned.groups[-1].name == "churn-own"
    assert _alerts(planned)["Odd"] == AlertingRule(
        alert="Odd",
        expr="up == 0",
        for_="1m30s",
        labels={"severity": "page", "owner": "growth", "model": "churn", "environment": "prod", "namespace": "ml"},
        annotations={"summary": "Odd: {{ $value }}"},
    )


def test_prometheus_finds_its_objects_by_the_environments_labels() -> None:
    planned = plan_monitoring(_resolved({}), 60)
    assert list(planned.labels.items()) == [("a", "b"), ("release", "stack")]
    assert (planned.interval, planned.scrape_timeout) == ("30s", "10s")


def test_a_longer_start_is_waited_for() -> None:
    slow = _alerts(plan_monitoring(_resolved({}), 610))
    assert slow["MlspecNoReplicaReady"].for_ == "16m"
    assert "[21m]" in slow["MlspecReplicasNotReady"].expr
    assert slow["MlspecStartupSlow"].expr.endswith("> 0.8 * 610")


@given(st.integers(1, 3_600_000))
def test_the_bucket_of_any_threshold_is_there_and_is_matched(milliseconds: int) -> None:
    asked = Asked(slo=slo(latency=("99%", f"{milliseconds}ms")))
    buckets = latency_buckets(asked)
    assert set(buckets) == {*DEFAULT_LATENCY_BUCKETS, timedelta(milliseconds=milliseconds) / timedelta(seconds=1)}
    assert list(buckets) == sorted(buckets)
    matcher = bucket_bound(Decimal(milliseconds) / 1000)
    written = floatToGoString(milliseconds / 1000)  # type: ignore[no-untyped-call] # it takes anything
    for text in {written, written.removesuffix(".0")}:
        assert re.fullmatch(matcher[1:], text) if matcher.startswith("~") else matcher == text
    assert not re.fullmatch(matcher.removeprefix("~"), f"1{written}")


def test_without_an_objective_the_bounds_are_the_servers_own() -> None:
    assert latency_buckets(Asked()) == DEFAULT_LATENCY_BUCKETS
