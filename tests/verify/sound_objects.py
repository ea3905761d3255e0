"""The deployments in `sound/`, which keep every rule, and ways to break them -> lists of manifests."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

from mlspec.verify.json_patch import pointer
from tests.libyaml import load_all

Objects = dict[str, dict[str, Any]]
FOLDER = Path(__file__).parent / "sound"


@cache
def _loaded(name: str) -> list[dict[str, Any]]:
    return [dict(document) for document in load_all((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))]


def sound(name: str = "accelerated") -> list[dict[str, Any]]:
    """A deployment that nothing is wrong with; the caller's own copy, without shared parts."""
    return [_unshared(manifest) for manifest in _loaded(name)]


def broken(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The sound deployment with what one case changes."""
    objects: Objects = {}
    for manifest in sound(case.get("in", "accelerated")):
        # The first of a kind by its kind alone, others by their names too.
        kind = manifest["kind"]
        objects[f"{kind}:{manifest['metadata']['name']}" if kind in objects else kind] = manifest
    for path, value in case.get("set", {}).items():
        parent, key = _place(objects, path)
        if isinstance(parent, list) and key == len(parent):
            parent.append(value)
        else:
            parent[key] = copy.deepcopy(value)
    for path in case.get("remove", []):
        parent, key = _place(objects, path)
        del parent[key]
    for kind in case.get("delete", []):
        del objects[kind]
    for path, first, second in [case["swap"]] if "swap" in case else []:
        parent, key = _place(objects, path)
        parent[key][first], parent[key][second] = parent[key][second], parent[key][first]
    return [*objects.values(), *(copy.deepcopy(objects[kind]) for kind in case.get("copy", []))]


def _place(objects: Objects, path: str) -> tuple[Any, Any]:
    """The container and the key of `<Kind>/<JSON pointer>`."""
    *steps, last = pointer(f"/{path}")
    parent: Any = objects
    for step in steps:
        parent = parent[int(step)] if isinstance(parent, list) else parent[step]
    return parent, int(last) if isinstance(parent, list) else last


def _unshared(value: Any) -> Any:
    """A copy in which what a YAML anchor made one object is several."""
    if isinstance(value, dict):
        return {key: _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value
