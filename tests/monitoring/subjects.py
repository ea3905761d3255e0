"""Subjects and objectives by hand and by Hypothesis; rule groups and scenarios of them as promtool reads them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from mlspec.artifacts.monitoring.prometheus_rule import group_entry
from mlspec.burn_rate import least_objective
from mlspec.plan.dialects import MLSPEC, VLLM
from mlspec.plan.monitoring.drift_alert import DriftWatch
from mlspec.plan.monitoring.plan_monitoring import plan_rules
from mlspec.plan.monitoring.scenarios import Scenario, promtool_files
from mlspec.plan.monitoring.subject import Subject
from mlspec.plan.plan import AlertingRule, RuleGroup, Workload
from mlspec.spec.monitoring import Accuracy, Slo

SMALLEST = Subject(
    model="churn",
    namespace="ml-prod",
    environment="prod",
    owner=None,
    service="churn",
    workload=Workload("apps/v1", "Deployment", "churn"),
    dialect=MLSPEC,
    container="server",
    min_replicas=1,
    memory=2**30,
    startup_budget=60,
    queue=256,
    gpu=False,
    gpu_slice=False,
    has_objective=False,
)
OWED = replace(SMALLEST, owner="growth", has_objective=True)
TO_ZERO = replace(
    OWED,
    model="churn-eu",
    service="churn-eu",
    workload=Workload("apps/v1", "Deployment", "churn-eu"),
    min_replicas=0,
    startup_budget=610,
)
CARD = replace(SMALLEST, gpu=True)
SLICE = replace(TO_ZERO, gpu=True, gpu_slice=True)
CANARY = replace(TO_ZERO, workload=Workload("argoproj.io/v1alpha1", "Rollout", "churn-eu"))
LANGUAGE_MODEL = replace(OWED, model="support-llm", service="support-llm", dialect=VLLM, gpu=True, startup_budget=900)
LANGUAGE_MODEL = replace(LANGUAGE_MODEL, workload=Workload("apps/v1", "Deployment", "support-llm"))
GROUPS = replace(
    LANGUAGE_MODEL,
    workload=Workload("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "support-llm-nodes"),
    min_replicas=0,
)
LABELLED = replace(OWED, accuracy=Accuracy(metric="auc", minimum="75%"))  # type: ignore[arg-type] # as a spec has it
MEASURED = replace(TO_ZERO, accuracy=Accuracy(metric="mae", maximum=3.5, min_samples=21))
WATCHED = replace(OWED, drift=DriftWatch(Decimal("0.2"), 1500, 3600))
SUBJECTS = {
    "smallest": SMALLEST,
    "owed": OWED,
    "to-zero": TO_ZERO,
    "card": CARD,
    "slice": SLICE,
    "canary": CANARY,
    "language-model": LANGUAGE_MODEL,
    "groups": GROUPS,
    "labelled": LABELLED,
    "measured": MEASURED,
    "watched": WATCHED,
}


def slo(availability: str | None = None, latency: tuple[str, str] | None = None, period: str = "30d") -> Slo:
    """As a spec writes it; `latency` as target and threshold."""
    asked: dict[str, Any] = {"period": period}
    if availability:
        asked["availability"] = availability
    if latency:
        asked["latency"] = dict(zip(("target", "threshold"), latency, strict=True))
    return Slo.model_validate(asked)


BOTH = slo("99.9%", ("99%", "250ms"))


@st.composite
def slos(draw: st.DrawFn) -> Slo:
    """Every objective that the checks let through."""
    period = draw(st.integers(7 * 24, 92 * 24))
    least = int(least_objective(period * 3600) * 10**6) + 1
    targets = st.integers(least, 10**6 - 1).map(lambda share: f"{Decimal(share) / 10_000:f}%")
    thresholds = st.integers(1, 3_600_000).map(lambda milliseconds: f"{milliseconds}ms")
    latency = draw(st.none() | st.tuples(targets, thresholds))
    availability = draw(targets if latency is None else st.none() | targets)
    return slo(availability, latency, f"{period}h")


def rules_document(groups: Iterable[RuleGroup]) -> dict[str, Any]:
    """A rule file of Prometheus."""
    return {"groups": [group_entry(group) for group in groups]}


def groups_of(subject: Subject, objectives: Slo | None) -> list[RuleGroup]:
    return list(plan_rules(subject, objectives, []))


def alert_names(group: RuleGroup) -> set[str]:
    return {rule.alert for rule in group.rules if isinstance(rule, AlertingRule)}


def check_rules(promtool: str, document: dict[str, Any], folder: Path) -> str:
    """What `promtool check rules` complains of, nothing where it accepts."""
    file = folder / "rules.json"  # JSON is YAML
    file.write_text(json.dumps(document), encoding="utf-8")
    command = [promtool, "check", "rules", "--lint=all", "--lint-fatal", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def run_scenarios(
    promtool: str, document: dict[str, Any], scenarios: Iterable[Scenario], folder: Path
) -> tuple[int, str]:
    """How many test files `promtool test rules` ran, and what it complains of."""
    (folder / "rules.json").write_text(json.dumps(document), encoding="utf-8")
    files = promtool_files(scenarios, ["rules.json"])
    complaints = ""
    # Months in memory for a second: a sixth of the time goes by collecting what will soon be gone anyway.
    variables = {**os.environ, "GOGC": "400"}
    for interval, content in files.items():
        file = folder / f"test-{interval}.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        command = [promtool, "test", "rules", str(file)]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        complaints += done.stdout + done.stderr if done.returncode else ""
    return len(files), complaints
