"""What Grafana shows of one deployment: queries, the panels that show them, and the rows in which they stand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from .objects import Labels

GREEN, YELLOW, RED = "green", "orange", "red"


class Query(Struct, frozen=True):
    """PromQL, and how the series that it gives are called; `{{label}}` stands for the value of a label."""

    expr: str
    legend: str
    instant: bool = False
    """Only the last value is asked for."""


class Step(Struct, frozen=True):
    """From `value` on, None for everything below the next step, the colour is this one."""

    value: Decimal | None
    color: str


class Panel(Struct, frozen=True):
    """`number` is its own for ever: links to a panel name it. Sizes in cells of a grid that is 24 wide."""

    number: int
    title: str
    description: str
    unit: str
    """By its identifier in Grafana."""
    queries: tuple[Query, ...]
    kind: Literal["stat", "bargauge", "timeseries", "state-timeline"] = "timeseries"
    width: int = 8
    height: int = 8
    steps: tuple[Step, ...] = (Step(None, GREEN),)
    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int | None = None
    stacked: bool = False
    named: bool = False
    """Whether a stat shows the names of its series, too."""
    empty: str | None = None
    """What a stat says where there is no value."""


class Section(Struct, frozen=True):
    """A row of the dashboard with the panels below it."""

    number: int
    title: str
    panels: tuple[Panel, ...]


class Place(Struct, frozen=True):
    """Where a panel or a row's heading lies on the grid."""

    x: int
    y: int
    width: int
    height: int


class Mark(Struct, frozen=True):
    """A line through every panel where a series of the query begins."""

    name: str
    expr: str
    text: str


class Dashboard(Struct, frozen=True):
    """All that one deployment shows, as one object of the cluster and one file of Grafana."""

    name: str
    """Of its ConfigMap."""
    file: str
    """Grafana's sidecar puts the files of all models into one folder."""
    labels: Labels
    """By which the sidecar finds it."""
    annotations: Mapping[str, str]
    uid: str
    title: str
    description: str | None
    tags: tuple[str, ...]
    interval: str
    """Between two scrapes."""
    sections: tuple[tuple[Section, Place, tuple[Place, ...]], ...]
    """Each with the place of its heading and those of its panels."""
    marks: tuple[Mark, ...] = ()
