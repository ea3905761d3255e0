"""Objects that carry PromQL -> the expressions that Prometheus would refuse, with the column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mlspec.promql import PromqlError, parse

from .manifests import dig, entries, mapping, text
from .problem import Manifest, Path, Problem, identity

_ARGUMENT = re.compile(r"\{\{\s*args\.[\w-]+\s*\}\}")
_FILLED_IN = "x"
"""In place of an argument of an analysis: Argo Rollouts fills it in before Prometheus reads the query."""
_WINDOW = "$__rate_interval"
_USUAL_WINDOW = "2m"
"""In place of the window that Grafana fills in."""


def expressions(manifest: Manifest) -> Iterator[tuple[Path, str]]:
    """Every PromQL text in an object with its path: rules of Prometheus, queries of KEDA, of an analysis and of a
    dashboard."""
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
    if manifest.get("kind") == "ConfigMap":
        for file, content in mapping(manifest, "data").items():
            for query in _of_dashboard(content):
                yield ("data", file), query.replace(_WINDOW, _USUAL_WINDOW)


def _of_dashboard(content: object) -> Iterator[str]:
    """The queries of Grafana's panels and annotations, where the text is a dashboard at all."""
    if not isinstance(content, str) or '"panels"' not in content:
        return
    try:
        dashboard = json.loads(content)
    except ValueError:
        return
    if not isinstance(dashboard, dict):
        return
    for _, mark in entries(dashboard, "annotations", "list"):
        yield text(mark, "expr")
    for _, panel in entries(dashboard, "panels"):
        for _, target in entries(panel, "targets"):
            yield text(target, "expr")


def expression_problems(manifest: Manifest) -> Iterator[Problem]:
    """One problem for each expression that does not parse."""
    for path, expression in expressions(manifest):
        try:
            parse(expression)
        except PromqlError as error:
            yield Problem(identity(manifest), path, f"column {error.start + 1}: {error.message}")
