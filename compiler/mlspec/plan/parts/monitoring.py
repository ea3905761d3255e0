"""What Prometheus scrapes and evaluates for a model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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
class Look:
    """Something to look at when an alert has come: a query for Prometheus, or a command."""

    about: str
    """What it tells."""
    language: Literal["promql", "sh", "text"]
    text: str


@dataclass(frozen=True)
class Runbook:
    """What whoever is told of an alert reads; texts of ours are Markdown."""

    alert: str
    path: str
    title: str
    facts: tuple[tuple[str, str], ...]
    """What they are called, and their values."""
    meaning: str
    quoted: tuple[Look, ...]
    """What the user wrote, shown as it is."""
    looks: tuple[Look, ...]
    causes: tuple[str, ...]
    """The likeliest first."""
    rollback: tuple[str, Look | None]
    """How a change is taken back, and the commands for it."""


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
    runbooks: tuple[Runbook, ...] = ()
    """One for each name of an alert."""
