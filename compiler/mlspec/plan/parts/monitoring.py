"""What Prometheus scrapes and evaluates for a model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .objects import Labels


@dataclass(frozen=True)
class RecordingRule:
    record: str
    expr: str
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class AlertingRule:
    alert: str
    expr: str
    for_: str
    """A Prometheus duration."""
    labels: Labels
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class RuleGroup:
    name: str
    interval: str | None
    rules: tuple[RecordingRule | AlertingRule, ...]


@dataclass(frozen=True)
class Monitoring:
    """What Prometheus scrapes and evaluates."""

    labels: Labels
    """By which Prometheus selects the monitor and the rules."""
    interval: str
    scrape_timeout: str
    groups: tuple[RuleGroup, ...]
    target_labels: Labels = field(default_factory=dict)
    """Added to every series, where the server does not tell by itself which model it is."""
