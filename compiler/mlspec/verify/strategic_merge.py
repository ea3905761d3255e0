"""An object, a patch and the object's schema -> the merged object, as `kubectl patch --type strategic` merges it.

The schema says which lists merge by which key (`x-kubernetes-patch-merge-key`). A custom resource has none: there, as
with `kubectl patch --type merge`, a list replaces a list. Source: k8s.io/apimachinery/pkg/util/strategicpatch.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from .json_patch import PatchFailed

Schema = Mapping[str, Any]
_DIRECTIVE, _RETAIN, _DELETE_ITEMS = "$patch", "$retainKeys", "$deleteFromPrimitiveList/"


def strategic_merge(document: Mapping[str, Any], patch: Mapping[str, Any], schema: Schema | None) -> dict[str, Any]:
    """PatchFailed for a directive that is unknown, or a list item without the key by which its list merges."""
    merged = _merge(document, patch, _Field(schema or {}, schema or {}), ())
    if merged is None:
        raise PatchFailed("the whole object cannot be removed", (_DIRECTIVE,))
    return merged


class _Field:
    """A place in a schema: what is known of the value there."""

    def __init__(self, root: Schema, schema: Schema) -> None:
        self._root = root
        self._own = schema

    def __getitem__(self, key: str) -> _Field:
        resolved = self._resolved(self._own)
        found = resolved.get("properties", {}).get(key) or resolved.get("additionalProperties")
        return _Field(self._root, found if isinstance(found, Mapping) else {})

    @property
    def items(self) -> _Field:
        found = self._resolved(self._own).get("items")
        return _Field(self._root, found if isinstance(found, Mapping) else {})

    @property
    def merge_key(self) -> str | None:
        """The key by which the items of this list merge; empty for a list of scalars, None where it is replaced."""
        strategy = self._own.get("x-kubernetes-patch-strategy", "")
        return self._own.get("x-kubernetes-patch-merge-key", "") if "merge" in strategy.split(",") else None

    def _resolved(self, schema: Schema) -> Schema:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found: Schema = self._root["$defs"][reference.removeprefix("#/$defs/")]
        return found


def _merge(
    document: Mapping[str, Any], patch: Mapping[str, Any], field: _Field, path: tuple[str | int, ...]
) -> dict[str, Any] | None:
    """None where the patch says that the map goes."""
    match patch.get(_DIRECTIVE, "merge"):
        case "delete":
            return None
        case "replace":
            return {key: _plain(value) for key, value in patch.items() if key != _DIRECTIVE}
        case "merge":
            pass
        case other:
            raise PatchFailed(f"`{other}` is none of merge, replace, delete", (*path, _DIRECTIVE))
    merged = copy.deepcopy(dict(document))
    for key, value in patch.items():
        if key.startswith(_DELETE_ITEMS):
            name, surplus = key.removeprefix(_DELETE_ITEMS), _listed(value, (*path, key))
            merged[name] = [item for item in _listed(merged.get(name), (*path, key)) if item not in surplus]
        elif key.startswith("$") and key not in (_DIRECTIVE, _RETAIN):
            raise PatchFailed(f"the directive `{key}` is not supported", (*path, key))
        elif not key.startswith("$"):
            _merge_key(merged, key, value, field[key], (*path, key))
    if _RETAIN not in patch:
        return merged
    retained = _listed(patch[_RETAIN], (*path, _RETAIN))
    return {key: value for key, value in merged.items() if key in retained}


def _listed(value: Any, path: tuple[str | int, ...]) -> list[Any]:
    if not isinstance(value, list):
        raise PatchFailed("this directive needs a list, and one to apply it to", path)
    return value


def _merge_key(merged: dict[str, Any], key: str, value: Any, field: _Field, path: tuple[str | int, ...]) -> None:
    if value is None:
        merged.pop(key, None)
    elif isinstance(value, Mapping):
        old = merged.get(key)
        new = _merge(old if isinstance(old, Mapping) else {}, value, field, path)
        if new is None:
            merged.pop(key, None)
        else:
            merged[key] = new
    elif isinstance(value, list) and isinstance(merged.get(key), list) and field.merge_key is not None:
        merged[key] = _merge_list(merged[key], value, field, path)
    else:
        merged[key] = _plain(value)


def _merge_list(old: list[Any], patch: list[Any], field: _Field, path: tuple[str | int, ...]) -> list[Any]:
    """Items with the same key merge, in kubectl's order; of scalars, each stands once."""
    name = field.merge_key
    if not name:
        return _in_order(patch, [item for item in old if item not in patch], old)
    if any(
        isinstance(item, Mapping) and item.keys() == {_DIRECTIVE} and item[_DIRECTIVE] == "replace" for item in patch
    ):
        return [_plain(item) for item in patch if _DIRECTIVE not in item]
    merged: dict[Any, Any] = {}
    for index, item in enumerate(patch):
        if _key(item, name) is None:
            raise PatchFailed(f"an item of this list needs its `{name}`: the list merges by it", (*path, index))
        before: Mapping[str, Any] = next((each for each in old if _key(each, name) == item[name]), {})
        known = merged.get(item[name]) or before
        merged[item[name]] = _merge(known, item, field.items, (*path, index))
    untouched = [copy.deepcopy(item) for item in old if _key(item, name) not in merged]
    changed = {key: item for key, item in merged.items() if item is not None}
    order = [_key(item, name) for item in old]
    keys = _in_order(list(changed), [_key(item, name) for item in untouched], order)
    return [changed[key] if key in changed else untouched.pop(0) for key in keys]


def _key(item: Any, name: str) -> Any:
    """By which an item merges; None for one that has no key, or none that could be compared."""
    key = item.get(name) if isinstance(item, Mapping) else None
    return None if isinstance(key, Mapping | list) else key


def _in_order(patched: list[Any], untouched: list[Any], before: list[Any]) -> list[Any]:
    """Both lists in one: an untouched item goes first where it stood before what is patched; what is new goes at once.

    Source: `mergeSortedSlice` in k8s.io/apimachinery/pkg/util/strategicpatch.
    """
    result: list[Any] = []
    left, right = untouched.copy(), patched.copy()
    while left and right:
        stood_before = right[0] in before and before.index(left[0]) < before.index(right[0])
        result.append((left if stood_before else right).pop(0))
    return [*result, *left, *right]


def _plain(value: Any) -> Any:
    """A new value of the patch, which nothing is merged into: without directives and nulls."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None and not key.startswith("$")}
    return [_plain(item) for item in value] if isinstance(value, list) else value
