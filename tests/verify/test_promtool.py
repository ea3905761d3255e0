"""The real promtool accepts the rules of the sound deployment and refuses what is wrong with a rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.promtool import check_rules
from tests.verify.sound_objects import broken, sound

RULE = "PrometheusRule/spec/groups/0/rules/1/"
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "expression": ({RULE + "expr": "sum("}, "could not parse expression"),
    "type": ({RULE + "expr": "rate(up)"}, "could not parse expression"),
    "template": ({RULE + "annotations/summary": "{{ $value"}, "unclosed action"),
    "function of a template": ({RULE + "annotations/summary": "{{ nothing $value }}"}, "nothing"),
    "label of an alert": ({RULE + "labels/not-a-label": "x"}, "invalid label name"),
    "duration": ({RULE + "for": "5 minutes"}, "not a valid duration"),
    "field": ({RULE + "severity": "page"}, "not found in type"),
}


def test_sound_rules_are_accepted(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    assert check_rules(require_tool("promtool"), sound(), tmp_path) == []


@pytest.mark.parametrize(("change", "says"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_rule_is_refused(
    change: dict[str, Any], says: str, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    complaints = check_rules(require_tool("promtool"), broken({"set": change}), tmp_path)
    assert any(says in line for line in complaints), complaints


def test_one_rule_twice_is_refused(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    again = {"PrometheusRule/spec/groups/0/rules/2": {"record": "model:requests:rate5m", "expr": "up"}}
    twice = {"PrometheusRule/spec/groups/0/rules/3": {"record": "model:requests:rate5m", "expr": "up"}}
    assert check_rules(require_tool("promtool"), broken({"set": again | twice}), tmp_path) != []
