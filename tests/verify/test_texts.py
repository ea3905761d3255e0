"""PromQL inside objects and generated Python are parsed; what does not parse is told with its place."""

from __future__ import annotations

from mlspec.artifacts.file import File
from mlspec.verify.expressions import expression_problems, expressions
from mlspec.verify.python_syntax import python_problems
from tests.verify.sound_objects import broken, sound


def _problems(kind: str, **case: object) -> list[str]:
    return [
        str(problem) for item in broken(dict(case)) if item["kind"] == kind for problem in expression_problems(item)
    ]


def test_every_expression_of_a_deployment_is_found() -> None:
    found = {name: [text for item in sound(name) for _, text in expressions(item)] for name in ("accelerated", "zero")}
    assert found["accelerated"] == ["sum by (model) (rate(mlspec_requests_total[5m]))", "up == 0"]
    assert found["zero"] == ["sum(rabbitmq_queue_messages)"]
    assert _problems("PrometheusRule") == []


def test_a_rule_that_does_not_parse_is_told_with_its_column() -> None:
    (problem,) = _problems("PrometheusRule", set={"PrometheusRule/spec/groups/0/rules/1/expr": "up up"})
    assert problem.startswith("PrometheusRule/fraud spec.groups[0].rules[1].expr: column 4: ")


def test_a_query_of_keda_is_parsed_too() -> None:
    (problem,) = _problems(
        "ScaledObject", **{"in": "zero", "set": {"ScaledObject/spec/triggers/1/metadata/query": "sum("}}
    )
    assert problem.startswith("ScaledObject/churn spec.triggers[1].metadata.query: column ")


def test_a_query_of_an_analysis_is_parsed_with_its_arguments_filled_in() -> None:
    path = "AnalysisTemplate/spec/metrics/0/provider/prometheus/query"
    assert _problems("AnalysisTemplate", **{"in": "canary"}) == []
    (problem,) = _problems("AnalysisTemplate", **{"in": "canary", "set": {path: 'up{pod=~"{{args.canary-hash}}"'}})
    assert problem.startswith("AnalysisTemplate/fraud spec.metrics[0].provider.prometheus.query: column ")


def test_python_that_does_not_parse_is_told_with_its_line() -> None:
    assert list(python_problems(File("main.py", b"x = 1\n"))) == []
    (problem,) = python_problems(File("main.py", b"x = 1\ny = (\n"))
    assert problem.object == "main.py:2"
    (problem,) = python_problems(File("main.py", b"x\x00"))
    assert problem.object == "main.py:1"
