"""Plan -> the ConfigMap with the dashboard, as Grafana's sidecar takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import either
from mlspec.plan.plan import Manifest, Plan

if TYPE_CHECKING:
    from mlspec.plan.parts.dashboard import Dashboard, Mark, Panel, Place, Query, Section

CONFIG_MAP = object_kind("v1", "ConfigMap")
_SCHEMA = 42
"""Source: LATEST_VERSION in apps/dashboard/pkg/migration/schemaversion of grafana/grafana, since 12.1."""
_DATASOURCE = "datasource"
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_SOURCE = {"type": "prometheus", "uid": f"${{{_DATASOURCE}}}"}


@either
def dashboard(plan: Plan) -> Iterator[File]:
    shown = plan.dashboard
    if shown is None:
        return
    placed = metadata(plan, shown.name, wave=-2, annotations=shown.annotations)
    manifest = {
        **CONFIG_MAP,
        "metadata": {**placed, "labels": {**placed["labels"], **shown.labels}},
        "data": {shown.file: "\n".join(_lines(_dashboard(shown))) + "\n"},
    }
    yield manifest_file(plan.folder, manifest, plan.source, "dashboard")


def _lines(value: object, room: int = 100) -> list[str]:
    """JSON in which whatever fits on a line stands on one: half the lines, and a difference is as easy to read."""
    if isinstance(value, dict):
        parts = [_keyed(key, _lines(item, room - 2)) for key, item in value.items()]
        opening, closing = "{", "}"
    elif isinstance(value, list):
        parts = [_lines(item, room - 2) for item in value]
        opening, closing = "[", "]"
    else:
        return [_ENCODE(value)]
    if all(len(part) == 1 for part in parts):
        line = opening + ", ".join(part[0] for part in parts) + closing
        if len(line) <= room:
            return [line]
    lines = [opening]
    for part in parts:
        lines += [f"  {line}" for line in part]
        lines[-1] += ","
    lines[-1] = lines[-1][:-1]
    return [*lines, closing]


def _keyed(key: str, lines: list[str]) -> list[str]:
    lines[0] = f"{_ENCODE(key)}: {lines[0]}"
    return lines


def _dashboard(shown: Dashboard) -> Manifest:
    return present(
        {
            "uid": shown.uid,
            "title": shown.title,
            "description": shown.description,
            "tags": list(shown.tags),
            "schemaVersion": _SCHEMA,
            "editable": False,
            "graphTooltip": 1,
            "refresh": "1m",
            "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": [_data_source()]},
            "annotations": {"list": [_mark(mark) for mark in shown.marks]},
            "panels": list(_panels(shown)),
        }
    )


def _data_source() -> Manifest:
    """The one variable: Grafana chooses its default Prometheus, and a person may choose another."""
    return {"name": _DATASOURCE, "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _mark(mark: Mark) -> Manifest:
    return {
        "name": mark.name,
        "datasource": _SOURCE,
        "enable": True,
        "iconColor": "blue",
        "expr": mark.expr,
        "titleFormat": mark.text,
    }


def _panels(shown: Dashboard) -> Iterator[Manifest]:
    for section, heading, places in shown.sections:
        yield _heading(section, heading)
        for panel, place in zip(section.panels, places, strict=True):
            yield _panel(panel, place, shown.interval)


def _heading(section: Section, place: Place) -> Manifest:
    return {
        "id": section.number,
        "type": "row",
        "title": section.title,
        "collapsed": False,
        "gridPos": _grid(place),
        "panels": [],
    }


def _panel(panel: Panel, place: Place, interval: str) -> Manifest:
    return {
        "id": panel.number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": _grid(place),
        "interval": interval,
        "targets": [_target(index, query) for index, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _OPTIONS[panel.kind](panel),
    }


def _grid(place: Place) -> Manifest:
    return {"h": place.height, "w": place.width, "x": place.x, "y": place.y}


def _target(index: int, query: Query) -> Manifest:
    return {
        "refId": chr(ord("A") + index),
        "expr": query.expr,
        "legendFormat": query.legend,
        "instant": query.instant,
        "range": not query.instant,
    }


def _field(panel: Panel) -> Manifest:
    steps = [{"value": _number(step.value), "color": step.color} for step in panel.steps]
    by_colour = panel.kind != "timeseries"
    return present(
        {
            "unit": panel.unit,
            "decimals": panel.decimals,
            "min": _number(panel.least),
            "max": _number(panel.most),
            "noValue": panel.empty,
            "color": {"mode": "thresholds" if by_colour else "palette-classic"},
            "thresholds": {"mode": "absolute", "steps": steps},
            "custom": None if by_colour else _drawn(panel),
        }
    )


def _drawn(panel: Panel) -> Manifest:
    return {
        "lineWidth": 1,
        "fillOpacity": 30 if panel.stacked else 10,
        "showPoints": "never",
        "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if len(panel.steps) > 1 else "off"},
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _stat(panel: Panel) -> Manifest:
    return {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "orientation": "auto",
        "textMode": "value_and_name" if panel.named else "value",
        "colorMode": "value",
        "graphMode": "none" if panel.queries[0].instant else "area",
        "justifyMode": "auto",
    }


def _bar_gauge(panel: Panel) -> Manifest:  # noqa: ARG001 - every kind is asked for its options alike
    return {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "orientation": "horizontal",
        "displayMode": "basic",
        "valueMode": "color",
        "namePlacement": "auto",
        "showUnfilled": True,
    }


def _time_series(panel: Panel) -> Manifest:
    return {
        "legend": {
            "showLegend": len(panel.queries) > 1 or "{{" in panel.queries[0].legend,
            "displayMode": "list",
            "placement": "bottom",
            "calcs": [],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _state_timeline(panel: Panel) -> Manifest:  # noqa: ARG001 - every kind is asked for its options alike
    return {
        "mergeValues": True,
        "showValue": "never",
        "alignValue": "left",
        "rowHeight": 0.9,
        "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
    }


_OPTIONS: dict[str, Any] = {
    "stat": _stat,
    "bargauge": _bar_gauge,
    "timeseries": _time_series,
    "state-timeline": _state_timeline,
}
