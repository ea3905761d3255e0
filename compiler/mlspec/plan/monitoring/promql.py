"""Metrics, matchers and numbers -> the PromQL text of rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from mlspec.plan.quantities import duration

Matchers = Mapping[str, str]
"""By label; a value that begins with `~` is a regular expression, with `!` what must not be."""


def select(metric: str, matchers: Matchers, window: int | None = None) -> str:
    """`metric{label="value"}`, over `window` seconds where one is given."""
    inside = ",".join(_matcher(label, value) for label, value in matchers.items())
    return f"{metric}{{{inside}}}" + (f"[{span(window)}]" if window else "")


def _matcher(label: str, value: str) -> str:
    for prefix, operator in (("~", "=~"), ("!", "!=")):
        if value.startswith(prefix):
            return f"{label}{operator}{quote(value.removeprefix(prefix))}"
    return f"{label}={quote(value)}"


def quote(value: str) -> str:
    """A string literal. Source: "String literals" in Prometheus's querying basics, which are Go's."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def span(seconds: int) -> str:
    """A Prometheus duration: `5m`, `1h30m`, `30d`."""
    return duration(timedelta(seconds=seconds))


def number(value: Decimal) -> str:
    """Without exponent and trailing zeros: `14.4`, `0.001`, `30`."""
    return f"{value.normalize():f}"


def bucket_bound(seconds: Decimal) -> str:
    """A matcher of the label `le` for the bucket up to `seconds`, which are below a million.

    Prometheus 2 keeps what the server wrote, Prometheus 3 writes every bound as a float: `1` may have become `1.0`.
    Source: "le and quantile label values" in the migration guide to Prometheus 3.
    """
    text = number(seconds)
    return f"~{text}(\\.0)?" if "." not in text else text


def indent(text: str) -> str:
    """Every line two columns to the right."""
    return "\n".join("  " + line for line in text.splitlines())
