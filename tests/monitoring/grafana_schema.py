"""A dashboard as JSON -> what Grafana's own types, as its foundation SDK has them, do not know or take."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pydantic
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard as grafana
from grafana_foundation_sdk.models import units

register_default_plugins()
UNITS = {value for name, value in vars(units).items() if not name.startswith("_") and isinstance(value, str)}
_SCALAR = (bool, int, float, str)
_known: dict[type, dict[str, Any]] = {}
_adapters: dict[tuple[type, str], pydantic.TypeAdapter[Any]] = {}


def schema_problems(dashboard: dict[str, Any]) -> list[str]:
    """Fields that no type has, and values that no field takes."""
    # An annotation's query is of whatever datasource it asks, and the SDK knows no such field.
    marks = [{**mark, "expr": None, "titleFormat": None} for mark in dashboard["annotations"].get("list", [])]
    read = grafana.Dashboard.from_json({**dashboard, "annotations": {}})
    known = json.loads(json.dumps(read, cls=JSONEncoder))
    lost = list(_lost({**dashboard, "annotations": {}}, known, "$"))
    for mark in marks:
        taken = json.loads(json.dumps(grafana.AnnotationQuery.from_json(mark), cls=JSONEncoder))
        lost += _lost(mark, taken, "$.annotations")
    return [*lost, *_wrong(read, "$")]


def _lost(given: Any, known: Any, path: str) -> Iterator[str]:
    """What Grafana's types drop or change on the way through."""
    if isinstance(given, dict) and isinstance(known, dict):
        for key, value in given.items():
            if key in known:
                yield from _lost(value, known[key], f"{path}.{key}")
            elif value is not None:
                yield f"{path}.{key}: no such field"
    elif isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        for index, (one, other) in enumerate(zip(given, known, strict=True)):
            yield from _lost(one, other, f"{path}[{index}]")
    elif given != known:
        yield f"{path}: {given!r} became {known!r}"


def _wrong(value: object, path: str) -> Iterator[str]:
    """Values of another type than their field's, through everything that is held."""
    if not hasattr(value, "__dict__") or isinstance(value, Enum):
        return
    kind: type[Any] = type(value)
    hints = _hints(kind)
    for name, held in vars(value).items():
        items = held if isinstance(held, list) else [held]
        if held not in (None, []) and name in hints and all(isinstance(item, _SCALAR) for item in items):
            yield from (f"{path}.{name}: {said}" for said in _refused(kind, name, held))
        for index, item in enumerate(items):
            yield from _wrong(item, f"{path}.{name}[{index}]")


def _refused(kind: type, name: str, held: object) -> Iterator[str]:
    try:
        taken = _adapter(kind, name).validate_python(held)
    except pydantic.ValidationError as error:
        yield f"{held!r}: {error.errors()[0]['msg']}"
        return
    # An enumeration arrives as its value; else what had to be turned into something is of another type.
    if not isinstance(taken, Enum) and taken != held:
        yield f"{held!r} is not {_hints(kind)[name]}"


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _known:
        _known[kind] = typing.get_type_hints(kind)
    return _known[kind]


def _adapter(kind: type, name: str) -> pydantic.TypeAdapter[Any]:
    if (kind, name) not in _adapters:
        loose = pydantic.ConfigDict(arbitrary_types_allowed=True)
        _adapters[kind, name] = pydantic.TypeAdapter(_hints(kind)[name], config=loose)
    return _adapters[kind, name]
