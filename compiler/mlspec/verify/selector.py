"""A Kubernetes label selector and a set of labels -> whether it selects them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .manifests import entries, items, mapping, text


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """LabelSelector semantics: every label and every expression holds; an empty selector selects everything."""
    return subset(mapping(selector, "matchLabels"), labels) and all(
        _holds(requirement, labels) for _, requirement in entries(selector, "matchExpressions")
    )


def subset(wanted: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """The plain form, as a Service has it."""
    return all(labels.get(key) == value for key, value in wanted.items())


def _holds(requirement: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key = text(requirement, "key")
    present = key in labels
    listed = present and labels[key] in items(requirement, "values")
    match requirement.get("operator"):
        case "In":
            return listed
        case "NotIn":
            return not listed
        case "Exists":
            return present
        case "DoesNotExist":
            return not present
        case _:
            return False
