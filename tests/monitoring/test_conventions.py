"""Rules keep the community's conventions: the guidelines of monitoring-mixins, and what pint checks without a server.

Sources: "Guidelines for alert names, labels, and annotations" of monitoring-mixins; docs/checks of cloudflare/pint.
Severities alone are called otherwise: `page` is the guidelines' `critical`, `ticket` their `warning`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import promql_parser
import pytest
from msgspec.structs import replace
from promql_parser import AggregateExpr, Call, MatrixSelector, VectorSelector

from mlspec.plan.monitoring.batch_alerts import BatchSubject
from mlspec.plan.monitoring.objectives import INTERVAL
from mlspec.plan.monitoring.plan_monitoring import plan_rules
from mlspec.plan.plan import AlertingRule, RecordingRule, RuleGroup
from mlspec.promql import parse
from mlspec.spec.scalars import parse_duration
from tests.monitoring.subjects import BOTH, SUBJECTS, slo

TOKENS = BOTH.model_copy(update={"time_per_output_token": slo(latency=("95%", "50ms")).latency})
GROUPS = {
    name: plan_rules(subject, TOKENS, [], batch=BatchSubject(subject, f"{subject.model}-batch", 111_600))
    for name, subject in SUBJECTS.items()
}
_COUNTER = re.compile(r"(_total|_count|_sum|_bucket)$")
_OVER_COUNTERS = {"rate", "increase"}
_COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}
_STATIC = {"severity", "owner", "model", "environment", "namespace", "slo"}


def _rules() -> Iterator[AlertingRule | RecordingRule]:
    return (rule for groups in GROUPS.values() for group in groups for rule in group.rules)


def _alerts() -> Iterator[AlertingRule]:
    return (rule for rule in _rules() if isinstance(rule, AlertingRule))


def _nodes(expr: str) -> list[object]:
    found: list[object] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return found


def _calls(expr: str) -> Iterator[tuple[str, MatrixSelector]]:
    """Each function of a range, and the range."""
    for node in _nodes(expr):
        if isinstance(node, Call):
            yield from ((node.func.name, each) for each in node.args if isinstance(each, MatrixSelector))


def _mixins_name(rule: AlertingRule) -> bool:
    """PascalCase, with the component in front."""
    return re.fullmatch(r"Mlspec([A-Z][a-z]+)+", rule.alert) is not None


def _mixins_severity(rule: AlertingRule) -> bool:
    return rule.labels["severity"] in ("page", "ticket")


def _mixins_summary(rule: AlertingRule) -> bool:
    """A sentence, and the same for all alerts of one rule: what differs by pod or feature stands in the description."""
    sentence = rule.annotations["summary"]
    about = re.findall(r"\$labels\.(\w+)", sentence)
    return sentence.endswith(".") and "\n" not in sentence and not set(about) & {"pod", "container"}


def _mixins_description(rule: AlertingRule) -> bool:
    return rule.annotations["description"].endswith(".")


def _pint_comparison(rule: AlertingRule) -> bool:
    """alerts/comparison."""
    return bool(_COMPARISONS & {token.text for token in parse(rule.expr).tokens})


def _pint_label_without_template(rule: AlertingRule) -> bool:
    """alerts/template: a label with a value in it would make a new alert at every evaluation."""
    return set(rule.labels) <= _STATIC and not any("{{" in value for value in rule.labels.values())


def _pint_template_of_labels_that_are_there(rule: AlertingRule) -> bool:
    """alerts/template: an annotation names labels of the rule, or those that its aggregations keep."""
    kept = {
        label
        for node in _nodes(rule.expr)
        if isinstance(node, AggregateExpr) and node.modifier
        for label in node.modifier.labels
    }
    named = {label for text in rule.annotations.values() for label in re.findall(r"\$labels\.(\w+)", text)}
    return named <= kept | rule.labels.keys()


def _pint_absent(rule: AlertingRule) -> bool:
    """alerts/absent: not before two scrapes have been missed."""
    absent = any(isinstance(node, Call) and node.func.name == "absent" for node in _nodes(rule.expr))
    return not absent or parse_duration(rule.for_).total_seconds() >= 2 * INTERVAL


def _pint_for(rule: AlertingRule) -> bool:
    """alerts/for, and promql/fragile: only what looks at a window of its own does without."""
    return rule.for_ != "0s" or "slo" in rule.labels


OF_ALERTS: dict[str, Callable[[AlertingRule], bool]] = {
    check.__name__[1:]: check
    for check in (
        _mixins_name,
        _mixins_severity,
        _mixins_summary,
        _mixins_description,
        _pint_comparison,
        _pint_label_without_template,
        _pint_template_of_labels_that_are_there,
        _pint_absent,
        _pint_for,
    )
}


@pytest.mark.parametrize("convention", OF_ALERTS)
def test_every_alert(convention: str) -> None:
    assert {rule.alert for rule in _alerts() if not OF_ALERTS[convention](rule)} == set()


def _pint_counter(expr: str) -> bool:
    """promql/counter: what only grows is never read as it is; what a rate is taken of is a counter (promql/rate)."""
    over = [(name, each.vector_selector.name or "") for name, each in _calls(expr)]
    rated = [metric for name, metric in over if name in _OVER_COUNTERS]
    counters = [
        node.name for node in _nodes(expr) if isinstance(node, VectorSelector) and _COUNTER.search(node.name or "")
    ]
    return all(map(_COUNTER.search, rated)) and Counter(counters) == Counter(rated)


def _pint_rate(expr: str) -> bool:
    """promql/rate: at least two scrapes, and four where the community says it."""
    ranges = [each.range.total_seconds() for name, each in _calls(expr) if name in _OVER_COUNTERS]
    return all(seconds >= 4 * INTERVAL for seconds in ranges)


def _pint_regexp(expr: str) -> bool:
    """promql/regexp: an expression that is one, and no anchors, which Prometheus adds by itself."""
    patterns = [
        value for each in parse(expr).selectors for _, operator, value in each.matchers if operator in ("=~", "!~")
    ]
    return all(re.escape(text) != text and not re.search(r"^\^|(?<!\\)\$$", text) for text in patterns)


def _pint_fragile(expr: str) -> bool:
    """promql/fragile: no choice of a few among many."""
    return not re.search(r"\b(topk|bottomk|limitk|limit_ratio)\b", expr)


def _pint_selector(expr: str) -> bool:
    """promql/selector: never the series of another namespace."""
    named = [{label for label, _, _ in each.matchers} for each in parse(expr).selectors]
    return bool(named) and all(labels & {"namespace", "exported_namespace"} for labels in named)


def _no_aggregation_loses_the_namespace(expr: str) -> bool:
    """But for one value of a whole deployment, which the labels of its rule say everything of."""
    aggregations = [node for node in _nodes(expr) if isinstance(node, AggregateExpr)]
    kept = [set(node.modifier.labels) if node.modifier else set() for node in aggregations]
    return all("namespace" in labels or not labels for labels in kept)


OF_EXPRESSIONS: dict[str, Callable[[str], bool]] = {
    check.__name__[1:]: check
    for check in (
        _pint_counter,
        _pint_rate,
        _pint_regexp,
        _pint_fragile,
        _pint_selector,
        _no_aggregation_loses_the_namespace,
    )
}


@pytest.mark.parametrize("convention", OF_EXPRESSIONS)
def test_every_expression(convention: str) -> None:
    assert [rule.expr for rule in _rules() if not OF_EXPRESSIONS[convention](rule.expr)] == []


@pytest.mark.parametrize("name", GROUPS)
def test_nothing_stands_there_twice(name: str) -> None:
    """rule/duplicate, and a name of its own for each group."""
    groups = GROUPS[name]
    records = [(rule.record, *sorted(rule.labels.items())) for rule in _recordings(groups)]
    assert len(set(records)) == len(records)
    assert len({group.name for group in groups}) == len(groups)


def _recordings(groups: tuple[RuleGroup, ...]) -> Iterator[RecordingRule]:
    return (rule for group in groups for rule in group.rules if isinstance(rule, RecordingRule))


def test_recorded_names_say_level_metric_and_operations() -> None:
    """rule/name. Source: "Recording rules" in Prometheus's practices."""
    pattern = re.compile(r"namespace_model:mlspec_[a-z_]+:(rate|ratio_rate|increase)(\d+[smhd])+")
    assert [
        rule.record for rule in _rules() if isinstance(rule, RecordingRule) and not pattern.fullmatch(rule.record)
    ] == []


def test_a_broken_alert_is_found_out() -> None:
    sound = AlertingRule(
        "MlspecSound", "up == 0", "5m", {"severity": "page"}, {"summary": "Down.", "description": "It."}
    )
    assert all(check(sound) for check in OF_ALERTS.values())
    broken = {
        "mixins_name": replace(sound, alert="down"),
        "mixins_severity": replace(sound, labels={"severity": "critical"}),
        "mixins_summary": replace(sound, annotations={"summary": "{{ $labels.pod }} is down."}),
        "mixins_description": replace(sound, annotations={"description": "so it is"}),
        "pint_comparison": replace(sound, expr="up"),
        "pint_label_without_template": replace(sound, labels={"severity": "{{ $value }}"}),
        "pint_template_of_labels_that_are_there": replace(
            sound, expr="sum by (namespace) (up) == 0", annotations={"summary": "{{ $labels.pod }}"}
        ),
        "pint_absent": replace(sound, expr="absent(up == 1)", for_="30s"),
        "pint_for": replace(sound, for_="0s"),
    }
    assert broken.keys() == OF_ALERTS.keys()
    assert [name for name, rule in broken.items() if OF_ALERTS[name](rule)] == []


def test_a_broken_expression_is_found_out() -> None:
    broken = {
        "pint_counter": "sum(x_total{namespace='a'}) > 1",
        "pint_rate": "rate(x_total{namespace='a'}[1m]) > 1",
        "pint_regexp": "up{namespace=~'a'} == 1",
        "pint_fragile": "topk(3, up{namespace='a'}) == 1",
        "pint_selector": "up == 1",
        "no_aggregation_loses_the_namespace": "sum by (pod) (up{namespace='a'}) == 1",
    }
    assert broken.keys() == OF_EXPRESSIONS.keys()
    assert [name for name, expr in broken.items() if OF_EXPRESSIONS[name](expr)] == []
