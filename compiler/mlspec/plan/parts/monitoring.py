"""What Prometheus scrapes and evaluates for a model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from .objects import Labels


class RecordingRule(Struct, frozen=True):
    record: str
    expr: str
    labels: Labels = field(default_factory=dict)


class AlertingRule(Struct, frozen=True):
    alert: str
    expr: str
    for_: str
    """A Prometheus duration."""
    labels: Labels
    annotations: Mapping[str, str]


class RuleGroup(Struct, frozen=True):
    name: str
    interval: str | None
    rules: tuple[RecordingRule | AlertingRule, ...]


class Look(Struct, frozen=True):
    """Something to look at when an alert has come: a query for Prometheus, or a command."""

    about: str
    """What it tells."""
    language: Literal["promql", "sh", "text"]
    text: str


class Runbook(Struct, frozen=True):
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


class Monitoring(Struct, frozen=True):
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
