"""PromQL text -> an expression that Prometheus accepts: the type of its value, and what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from itertools import pairwise

import promql_parser
from msgspec import Struct
from promql_parser import AggregateExpr, BinaryExpr, Expr, MatchOp, VectorSelector

from .fault import PromqlError, complaint, explain
from .tokens import Token, deepest, tokenize

MOST_TOKENS = 1000
MOST_BRACKETS = 64
"""Above these the parser's time grows beyond what a check may take."""
_EXPERIMENTAL = re.compile(
    "double_exponential_smoothing|fill(_left|_right)?|first_over_time|histogram_quantiles|info|limit_ratio|limitk|"
    "mad_over_time|range|sort_by_label(_desc)?|step|ts_of_(first|last|max|min)_over_time"
)
"""Followed by `(`. Source: "Feature flags" of Prometheus's documentation."""
_PERHAPS_MORE = re.compile(rf"\b({_EXPERIMENTAL.pattern})\b|\bor\b|\[\s*\d+\s*[]:]")
_MATCH = ((MatchOp.Equal, "="), (MatchOp.NotEqual, "!="), (MatchOp.Re, "=~"), (MatchOp.NotRe, "!~"))


class ValueType(Enum):
    """What an expression returns."""

    VECTOR = "an instant vector"
    SCALAR = "a scalar"
    MATRIX = "a range vector"
    STRING = "a string"


class Selector(Struct, frozen=True):
    """One selection of series; `metric` is None where its name is not told, a matcher is (label, operator, value)."""

    metric: str | None
    matchers: tuple[tuple[str, str, str], ...]


class Expression(Struct, frozen=True, dict=True):
    """A text that every Prometheus accepts with its default features."""

    text: str

    @cached_property
    def tokens(self) -> list[Token]:
        """Its words, with their places."""
        return tokenize(self.text)

    @cached_property
    def value_type(self) -> ValueType:
        """The type of its value, by what the parser lets be done with it."""
        probes = {
            ValueType.VECTOR: "sum(({}\n))",
            ValueType.SCALAR: "vector(({}\n))",
            ValueType.MATRIX: "last_over_time(({}\n))",
        }
        return next(
            (kind for kind, probe in probes.items() if not complaint(probe.format(self.text))), ValueType.STRING
        )

    @cached_property
    def selectors(self) -> tuple[Selector, ...]:
        """Every selection in it. For an expression of ours: the parser's tree costs the square of the length."""
        return tuple(_selector(node) for node in _nodes(self.text) if isinstance(node, VectorSelector))

    @cached_property
    def grouping(self) -> frozenset[str]:
        """Labels that it groups or matches series by; as costly as `selectors`."""
        return frozenset(label for node in _nodes(self.text) for label in _grouping(node))


def parse(text: str) -> Expression:
    """Checks PromQL; raises PromqlError, with the place, for what a Prometheus with its default features refuses."""
    if len(text) > MOST_TOKENS or sum(map(text.count, "([{")) > MOST_BRACKETS:
        _refuse_giants(tokenize(text))
    said = complaint(text)
    if said is not None:
        raise explain(text, said)
    if _PERHAPS_MORE.search(text):
        _refuse_extensions(tokenize(text))
    return Expression(text)


def _refuse_giants(tokens: list[Token]) -> None:
    depth, place = deepest(tokens)
    if depth > MOST_BRACKETS:
        raise PromqlError(f"more than {MOST_BRACKETS} brackets in one another", place, place + 1)
    if len(tokens) > MOST_TOKENS:
        raise PromqlError(f"longer than {MOST_TOKENS} words", tokens[MOST_TOKENS].start, tokens[MOST_TOKENS].end)


def _refuse_extensions(tokens: list[Token]) -> None:
    """What the parser accepts and Prometheus does not, unless a flag allows it."""
    for token, after in pairwise(tokens):
        if after.text == "(" and _EXPERIMENTAL.fullmatch(token.text):
            message = f"`{token.text}` is experimental: Prometheus refuses it unless a flag allows it"
            raise PromqlError(message, token.start, token.end)
        if token.text[0] in "\"'`" and after.text == "or":
            raise PromqlError("`or` between matchers is not Prometheus's", after.start, after.end)
        if token.text == "[" and after.text.isdecimal():
            raise PromqlError("a duration needs a unit, as in `5m`", after.start, after.end)


def _nodes(text: str) -> list[Expr]:
    found: list[Expr] = []
    promql_parser.walk(promql_parser.parse(text), pre_visit=found.append)
    return found


def _selector(node: VectorSelector) -> Selector:
    matchers = tuple((matcher.name, _operator(matcher.op), matcher.value) for matcher in node.matchers.matchers)
    named = next((value for name, operator, value in matchers if (name, operator) == ("__name__", "=")), None)
    return Selector(node.name or named, tuple(matcher for matcher in matchers if matcher[0] != "__name__"))


def _operator(operator: MatchOp) -> str:
    return next(text for known, text in _MATCH if known == operator)


def _grouping(node: Expr) -> Iterator[str]:
    if isinstance(node, AggregateExpr) and node.modifier:
        yield from node.modifier.labels
    elif isinstance(node, BinaryExpr) and node.modifier:
        yield from node.modifier.matching.labels if node.modifier.matching else ()
        yield from node.modifier.group_labels or ()
