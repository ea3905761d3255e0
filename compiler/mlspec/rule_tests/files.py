"""A compiled model in one environment -> files for `promtool test rules`: its rules as they are applied, and tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.artifacts.yaml_text import to_yaml
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_size
from mlspec.plan.lifecycle import plan_lifecycle
from mlspec.plan.monitoring.batch_alerts import batch_subject_of
from mlspec.plan.monitoring.scenarios import Scenario, promtool_files, scenarios
from mlspec.plan.monitoring.subject import subject_of


@dataclass(frozen=True)
class RuleTests:
    """`files` by name; `tests` are those of them that promtool is given, the others are the rules that they name."""

    model: str
    environment: str
    files: Mapping[str, str]
    tests: tuple[str, ...]
    scenarios: int
    untested: tuple[str, ...]
    """Alerts without a scenario: the user's own, of which nobody else knows when they should fire."""


def rule_tests(resolved: ResolvedSpec, outputs: Iterable[Output]) -> RuleTests:
    """`outputs` are the files of this model in its environment, overrides included: what they break shows here."""
    groups = [group for manifest in _rules(outputs) for group in manifest["spec"]["groups"]]
    budget = plan_lifecycle(resolved, model_size(resolved)).startup_budget
    slo, batch = resolved.spec.monitoring.slo, batch_subject_of(resolved, budget)
    known = list(scenarios(subject_of(resolved, budget), slo, batch))
    files: dict[str, str] = {}
    tests: list[str] = []
    ran = 0
    # By group: promtool evaluates every rule of a file for every scenario in it.
    for group in groups:
        alerts = _alerts(group)
        about = [scenario for scenario in known if scenario.alert in alerts]
        ran += len(about)
        rules = f"{group['name']}.rules.yaml"
        files[rules] = _yaml({"groups": [group]})
        for name, text in _test_files(group["name"], about, rules):
            files[name] = text
            tests.append(name)
    named = {alert for group in groups for alert in _alerts(group)}
    untested = sorted(named - {scenario.alert for scenario in known})
    return RuleTests(resolved.name, resolved.environment.name, files, tuple(tests), ran, tuple(untested))


def _rules(outputs: Iterable[Output]) -> Iterator[Mapping[str, Any]]:
    for output in outputs:
        if isinstance(output, ManifestFile) and output.manifest["kind"] == "PrometheusRule":
            yield output.manifest


def _alerts(group: Mapping[str, Any]) -> set[str]:
    return {rule["alert"] for rule in group["rules"] if "alert" in rule}


def _test_files(group: str, about: list[Scenario], rules: str) -> Iterator[tuple[str, str]]:
    for interval, content in promtool_files(about, [rules]).items():
        yield f"{group}.test-{interval}s.yaml", _yaml(content)


def _yaml(content: Mapping[str, Any]) -> str:
    return to_yaml([content])
