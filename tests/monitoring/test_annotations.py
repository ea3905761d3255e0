"""What somebody reads who is told: annotations as Prometheus fills them in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.plan.monitoring.scenarios import promtool_files, scenarios
from mlspec.plan.plan import AlertingRule
from tests.monitoring.subjects import BOTH, CARD, LABELLED, OWED, alert_names, groups_of, rules_document

_POD = {"pod": "churn-7d9f8c6b5-x2x4z", "container": "server"}
READ: dict[str, tuple[str, dict[str, str]]] = {
    "availability: just over over page 14.4": ("1.454% of the requests to churn in prod fail.", {}),
    "latency: just over over page 14.4": ("14.54% of the requests to churn in prod take longer than 250ms.", {}),
    "MlspecReplicasNotReady: two of three": (
        "Replicas of churn in prod that are not ready: 1.",
        {"deployment": "churn"},
    ),
    "MlspecCrashLooping: waiting": ("The server of churn in prod ends again and again.", _POD),
    "MlspecStartupSlow: near the budget": ("churn in prod takes 48.48s to load its model.", {"version": "1.0.0"}),
    "MlspecRequestsRefused: full": ("churn in prod refuses 1.01% of the requests.", {}),
    "MlspecMemoryNearLimit: nearly all": ("The server of churn in prod is near the limit of its memory.", _POD),
    "MlspecAccuracyLow: just worse": (
        "The area under the ROC curve of churn in prod is 74.25%.",
        {"version": "1.0.0", "metric": "auc"},
    ),
    "MlspecAcceleratorIdle: hardly busy": ("The GPUs of churn in prod are 4.95% busy.", {}),
}
"""By scenario: the summary, and the labels that the alert has besides its own."""


@pytest.mark.parametrize("name", READ)
def test_the_summary_of_an_alert(name: str, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    summary, more = READ[name]
    alone = {"MlspecAcceleratorIdle": CARD, "MlspecAccuracyLow": LABELLED}.get(name.partition(":")[0])
    subject, objectives = (alone, None) if alone else (OWED, BOTH)
    (scenario,) = (one for one in scenarios(subject, objectives) if one.name == name)
    groups = [group for group in groups_of(subject, objectives) if scenario.alert in alert_names(group)]
    rule = next(
        rule
        for rule in groups[0].rules
        if isinstance(rule, AlertingRule)
        and (rule.alert, rule.labels["severity"]) == (scenario.alert, scenario.severity)
    )
    labels = {**rule.labels, **more}
    description = rule.annotations["description"].replace("{{ $labels.pod }}", labels.get("pod", ""))
    description = description.replace("{{ $labels.version }}", labels.get("version", ""))
    description = description.replace("{{ $value | humanize1024 }}", "930.8Mi")
    expected = {"exp_labels": labels, "exp_annotations": {"summary": summary, "description": description}}
    (tmp_path / "rules.json").write_text(json.dumps(rules_document(groups)), encoding="utf-8")
    (content,) = promtool_files([scenario], ["rules.json"]).values()
    test = content["tests"][0]
    test["alert_rule_test"] = [
        {"eval_time": test["promql_expr_test"][0]["eval_time"], "alertname": rule.alert, "exp_alerts": [expected]}
    ]
    file = tmp_path / "test.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    command = [require_tool("promtool"), "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
