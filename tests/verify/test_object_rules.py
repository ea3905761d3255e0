"""Every object rule accepts the sound deployments and refuses each case in `rule_cases/`, at its place, alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.verify.kubernetes_schema import schema_problems
from mlspec.verify.problem import Problem
from mlspec.verify.rules.registry import ObjectRule, all_rules, object_rule, rule_problems
from tests.verify.sound_objects import FOLDER, broken, sound

MINORS = ("1.33", "1.34", "1.35", "1.36", "1.37")
SOUND = sorted(file.stem for file in FOLDER.iterdir())
CASES = [
    pytest.param(case, id=f"{file.stem}-{case['rule']}-{case['what']}".replace(" ", "-"))
    for file in sorted((Path(__file__).parent / "rule_cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize("name", SOUND)
def test_a_sound_deployment_has_no_problems(name: str, minor: str) -> None:
    assert rule_problems(sound(name), minor) == []


@pytest.mark.parametrize("case", CASES)
def test_a_broken_rule_is_found_at_its_place(case: dict[str, Any]) -> None:
    problems = rule_problems(broken(case), "1.36")
    assert (case["rule"], case["place"]) in {(problem.rule, problem.place) for problem in problems}, problems
    messages = [
        problem.message for problem in problems if (problem.rule, problem.place) == (case["rule"], case["place"])
    ]
    assert any(case["says"] in message for message in messages), messages
    assert {problem.rule for problem in problems} == {case["rule"], *case.get("also", [])}


@pytest.mark.parametrize("case", CASES)
def test_the_schema_alone_lets_it_pass(case: dict[str, Any]) -> None:
    found = [problem for manifest in broken(case) for problem in schema_problems(manifest, "1.36")]
    assert (found == []) == case.get("schema", True), "a rule is not needed where the schema refuses already"


def test_every_rule_has_a_case_that_breaks_it() -> None:
    every = [rule for case in CASES for rule in all_rules() if _finds(rule, case.values[0])]
    assert {rule.name for rule in all_rules()} - {rule.name for rule in every} == {"config_map_size"}


def _finds(rule: ObjectRule, case: object) -> bool:
    assert isinstance(case, dict)
    return any(problem.rule == rule.number == case["rule"] for problem in _problems_of(rule, case))


def _problems_of(rule: ObjectRule, case: dict[str, Any]) -> list[Problem]:
    from mlspec.verify.manifests import Manifests

    return rule.problems(Manifests(broken(case), "1.36"))


def test_a_config_map_over_a_mebibyte_is_refused() -> None:
    objects = sound()
    next(item for item in objects if item["kind"] == "ConfigMap")["data"]["large"] = "é" * 2**19
    assert {problem.rule for problem in rule_problems(objects, "1.36")} == {26}


def test_an_hpa_may_go_to_zero_where_kubernetes_lets_it() -> None:
    external = {
        "type": "External",
        "external": {"metric": {"name": "queue"}, "target": {"type": "Value", "value": "5"}},
    }
    objects = broken({"set": {"HorizontalPodAutoscaler/spec/minReplicas": 0}})
    next(item for item in objects if item["kind"] == "HorizontalPodAutoscaler")["spec"]["metrics"].append(external)
    assert [problem.rule for problem in rule_problems(objects, "1.36")] == [20]
    assert rule_problems(objects, "1.37") == []


def test_an_hpa_has_a_tolerance_where_kubernetes_keeps_it() -> None:
    objects = broken({"set": {"HorizontalPodAutoscaler/spec/behavior/scaleDown/tolerance": "50m"}})
    assert [problem.rule for problem in rule_problems(objects, "1.34")] == [19]
    assert rule_problems(objects, "1.35") == []


def test_two_rules_of_one_name_are_refused() -> None:
    known = all_rules()[0]
    with pytest.raises(ValueError, match="two object rules"):
        object_rule(1, "again")(known.check)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(data=st.data())
def test_no_shape_of_a_manifest_raises(data: st.DataObject) -> None:
    """An override may put anything anywhere; a custom resource meets the rules without a schema before them."""
    objects = sound(data.draw(st.sampled_from(SOUND)))
    value: Any = data.draw(st.sampled_from(objects))
    while isinstance(value, dict | list) and value:
        key: Any = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        if not isinstance(value[key], dict | list) or not value[key] or data.draw(st.integers(0, 3)) == 0:
            value[key] = data.draw(_json)
            break
        value = value[key]
    for problem in rule_problems(objects, "1.36"):
        assert str(problem)


@pytest.mark.parametrize("name", SOUND)
def test_no_list_in_place_of_a_value_raises(name: str) -> None:
    """The one shape that neither has keys nor can be one."""
    objects = sound(name)
    for holder, key in [place for each in objects for place in _places(each)]:
        before, holder[key] = holder[key], []
        rule_problems(objects, "1.36")
        holder[key] = before


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
