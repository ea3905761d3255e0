"""Checks of the user's own PromQL, in alerts and in scaling: it parses, and returns what can be compared."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.checks.registry import check
from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.dialects import dialect_of
from mlspec.promql import Expression, PromqlError, ValueType, parse
from mlspec.source.suggestion import did_you_mean

from .inside import inside

INVALID = code(
    "MLS304",
    "invalid-promql",
    title="an expression that Prometheus does not accept",
    reason="Prometheus refuses the whole object that one broken rule stands in, the objectives' rules too.",
    remedy="correct the expression; Prometheus's own query page shows what it returns",
)
WRONG_RESULT = code(
    "MLS305",
    "promql-result",
    title="an expression that returns nothing that can be compared",
    reason="A rule and an autoscaler need a number for each series, at one point in time.",
    remedy="return an instant vector: apply a function such as `rate` to a range, and compare series",
)
NO_CONDITION = code(
    "MLS306",
    "alert-without-condition",
    title="an alert whose expression has no condition",
    reason="An alert fires for whatever its expression returns, be the value 0 or 100.",
    remedy="compare the value, as in `… > 0.5`",
    ignorable=Ignorable.YES,
)
UNKNOWN_METRIC = code(
    "MLS307",
    "unknown-metric",
    title="an expression that reads a metric which the model server does not have",
    reason="A selection of a metric that nobody exports is empty, so that an alert never fires.",
    remedy="use one of the server's metrics",
    ignorable=Ignorable.YES,
)
_CONDITIONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "and", "unless", "absent", "absent_over_time"})
_SUFFIXES = ("", "_bucket", "_sum", "_count")

Path = tuple[str | int, ...]


@check(INVALID)
def invalid_promql(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for path, text in _texts(resolved):
        try:
            parse(text)
        except PromqlError as error:
            span = inside(resolved, path, error.start, error.end)
            yield INVALID.error(span, f"not PromQL: {error.message}")


@check(WRONG_RESULT)
def promql_result(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for path, expression in _expressions(resolved):
        kind = expression.value_type
        is_alert = path[0] == "monitoring"
        if kind in (ValueType.MATRIX, ValueType.STRING) or (is_alert and kind is ValueType.SCALAR):
            remedy = "a scalar always fires: compare a series" if kind is ValueType.SCALAR else ""
            message = f"the expression returns {kind.value}"
            yield WRONG_RESULT.error(resolved.at(*path), message, label="must be an instant vector", remedy=remedy)


@check(NO_CONDITION)
def alert_without_condition(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for path, expression in _expressions(resolved):
        if path[0] == "monitoring" and expression.value_type is ValueType.VECTOR and not _has_condition(expression):
            message = "this alert fires as soon as there is a value, whatever it is"
            yield NO_CONDITION.warning(resolved.at(*path), message, label="no condition")


@check(UNKNOWN_METRIC)
def unknown_metric(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    dialect = dialect_of(resolved)
    exported = {name + suffix for name in dialect.exported for suffix in _SUFFIXES}
    for path, expression in _expressions(resolved):
        for token in expression.tokens:
            if token.text.startswith(dialect.prefixes) and token.text not in exported:
                near = did_you_mean(token.text, sorted(exported))
                span = inside(resolved, path, token.start, token.end)
                alone = span.line == span.end_line and span.end_column - span.column == len(token.text)
                yield UNKNOWN_METRIC.warning(
                    span,
                    f"the model server has no metric `{token.text}`",
                    label="no such metric",
                    remedy=f"did you mean `{near}`?" if near else "",
                    fix=near if near and alone else "",
                )


def _texts(resolved: ResolvedSpec) -> Iterator[tuple[Path, str]]:
    for index, alert in enumerate(resolved.spec.monitoring.alerts):
        yield ("monitoring", "alerts", index, "expr"), alert.expr
    for index, metric in enumerate(resolved.spec.scaling.metrics if resolved.spec.scaling else []):
        if metric.query:
            yield ("scaling", "metrics", index, "query", "promql"), metric.query.promql


def _expressions(resolved: ResolvedSpec) -> Iterator[tuple[Path, Expression]]:
    """Those that parse."""
    for path, text in _texts(resolved):
        try:
            yield path, parse(text)
        except PromqlError:
            continue


def _has_condition(expression: Expression) -> bool:
    depth = 0
    for token in expression.tokens:
        depth += (token.text == "{") - (token.text == "}")
        if not depth and token.text.lower() in _CONDITIONS:
            return True
    return False
