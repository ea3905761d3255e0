"""The alerts of batches: Prometheus accepts them, they fire when they should, and read what there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.plan_monitoring import plan_rules
from mlspec.plan.monitoring.scenarios.batch_alerts import batch_scenarios
from mlspec.promql import parse
from tests.monitoring.subjects import OWED, alert_names, check_rules, rules_document, run_scenarios

NIGHTLY = BatchSubject(OWED, "churn-batch", 111_600)
SELDOM = replace(NIGHTLY, silence=1_500 * 86_400)
ONCE = replace(NIGHTLY, silence=None)
BATCHES = {"nightly": NIGHTLY, "seldom": SELDOM, "once": ONCE}
# kube-state-metrics: docs/metrics/workload/job-metrics.md and cronjob-metrics.md.
EXPORTED = {
    "kube_job_failed": {"namespace", "job_name", "condition"},
    "kube_cronjob_status_last_successful_time": {"namespace", "cronjob"},
    "kube_cronjob_created": {"namespace", "cronjob"},
}


@pytest.mark.parametrize("name", BATCHES)
def test_each_fires_and_is_silent_when_it_should(name: str, require_tool: Callable[[str], str], tmp_path: Path) -> None:
    (group,) = plan_rules(OWED, None, [], batch=BATCHES[name], serves=False)
    document = rules_document([group])
    assert check_rules(require_tool("promtool"), document, tmp_path) == ""
    found = list(batch_scenarios(BATCHES[name]))
    assert {scenario.alert for scenario in found} == alert_names(group)
    assert run_scenarios(require_tool("promtool"), document, found, tmp_path)[1] == ""


def test_a_rule_that_is_broken_is_found_out(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    (group,) = plan_rules(OWED, None, [], batch=NIGHTLY, serves=False)
    document = rules_document([group])
    for rule in document["groups"][0]["rules"]:
        rule["expr"] = rule["expr"].replace("-[0-9a-f]+", ".+").replace("or\n", "and\n")
    for scenario in batch_scenarios(NIGHTLY):
        said = run_scenarios(require_tool("promtool"), document, [scenario], tmp_path)[1]
        found_out = scenario.name.endswith(("a model with a longer name", "never a success"))
        assert ("FAILED" in said) == found_out, scenario.name


def test_they_read_what_somebody_exports() -> None:
    for group in plan_rules(OWED, None, [], batch=NIGHTLY, serves=False):
        for rule in group.rules:
            for selector in parse(rule.expr).selectors:
                labels = {label for label, _, _ in selector.matchers}
                assert labels <= EXPORTED[selector.metric or ""]
