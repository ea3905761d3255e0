"""Objects that carry PromQL -> the expressions that Prometheus would refuse, with the column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.promql import PromqlError, parse

from .manifests import dig, entries, text
from .problem import Manifest, Path, Problem, identity

_ARGUMENT = re.compile(r"\{\{\s*args\.[\w-]+\s*\}\}")
_FILLED_IN = "x"
"""In place of an argument of an analysis: Argo Rollouts fills it in before Prometheus reads the query."""


def expressions(manifest: Manifest) -> Iterator[tuple[Path, str]]:
    """Every PromQL text in an object with its path: rules of Prometheus, queries of KEDA and of an analysis."""
    if manifest.get("kind") == "PrometheusRule":
        for number, group in entries(manifest, "spec", "groups"):
            for index, rule in entries(group, "rules"):
                yield ("spec", "groups", number, "rules", index, "expr"), text(rule, "expr")
    if manifest.get("kind") == "ScaledObject":
        for index, trigger in entries(manifest, "spec", "triggers"):
            if dig(trigger, "type") == "prometheus":
                yield ("spec", "triggers", index, "metadata", "query"), text(trigger, "metadata", "query")
    if manifest.get("kind") == "AnalysisTemplate":
        for index, metric in entries(manifest, "spec", "metrics"):
            if query := text(metric, "provider", "prometheus", "query"):
                path = ("spec", "metrics", index, "provider", "prometheus", "query")
                yield path, _ARGUMENT.sub(_FILLED_IN, query)


def expression_problems(manifest: Manifest) -> Iterator[Problem]:
    """One problem for each expression that does not parse."""
    for path, expression in expressions(manifest):
        try:
            parse(expression)
        except PromqlError as error:
            yield Problem(identity(manifest), path, f"column {error.start + 1}: {error.message}")
