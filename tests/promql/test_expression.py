"""An expression knows the type of its value and what it reads."""

from __future__ import annotations

import pytest

from mlspec.promql import Selector, ValueType, parse


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("up == 0", ValueType.VECTOR),
        ("up # a comment", ValueType.VECTOR),
        ("absent(up)", ValueType.VECTOR),
        ("1 + 1", ValueType.SCALAR),
        ("scalar(up)", ValueType.SCALAR),
        ("up[5m]", ValueType.MATRIX),
        ("(up + 1)[5m:1m]", ValueType.MATRIX),
        ('"up"', ValueType.STRING),
    ],
)
def test_the_type_of_a_value(text: str, kind: ValueType) -> None:
    assert parse(text).value_type is kind


def test_what_an_expression_reads() -> None:
    expression = parse(
        'sum by (pod) (rate(a_total{code=~"5..", job!="x"}[5m])) / on (namespace) group_left (team) {__name__="b"}'
    )
    assert expression.selectors == (
        Selector("a_total", (("code", "=~", "5.."), ("job", "!=", "x"))),
        Selector("b", ()),
    )
    assert expression.grouping == {"pod", "namespace", "team"}
