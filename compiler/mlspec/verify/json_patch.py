"""A document and operations of RFC 6902 -> the document after them; the given one is left as it is."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any


class PatchFailed(ValueError):
    """Why a patch cannot be applied; `path` leads to the part of the patch that cannot."""

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def json_patch(document: Any, operations: Sequence[Mapping[str, Any]]) -> Any:
    """Applies the operations in order; PatchFailed names the first that does not apply."""
    document = copy.deepcopy(document)
    for index, operation in enumerate(operations):
        try:
            document = _apply(document, operation)
        except PatchFailed as failed:
            raise PatchFailed(failed.message, (index, *failed.path)) from None
    return document


def pointer(path: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901)."""
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _apply(document: Any, operation: Mapping[str, Any]) -> Any:
    path, name = pointer(operation["path"]), operation["op"]
    match name:
        case "test":
            if not same(_get(document, path), operation["value"]):
                raise PatchFailed(f"the value at {operation['path']} is another one", ("value",))
            return document
        case "remove":
            return _remove(document, path)
        case "replace":
            _get(document, path)
            return _set(document, path, copy.deepcopy(operation["value"]))
        case "move" | "copy":
            source = pointer(operation["from"])
            value = copy.deepcopy(_get(document, source))
            if name == "move":
                if path[: len(source)] == source and path != source:
                    raise PatchFailed("a value cannot be moved into itself", ("from",))
                document = _remove(document, source)
            return _add(document, path, value)
        case _:
            return _add(document, path, copy.deepcopy(operation["value"]))


def same(left: Any, right: Any) -> bool:
    """Equality of JSON: `true` is not `1`."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _get(document: Any, path: list[str]) -> Any:
    for position, step in enumerate(path):
        document = document[_step(document, step, path[: position + 1], past_the_end=False)]
    return document


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _get(document, path[:-1])
    if isinstance(parent, list):
        parent.insert(_step(parent, path[-1], path, past_the_end=True), value)
    else:
        _map(parent, path)[path[-1]] = value
    return document


def _set(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _get(document, path[:-1])
    parent[_step(parent, path[-1], path, past_the_end=False)] = value
    return document


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        raise PatchFailed("the whole object cannot be removed", ("path",))
    parent = _get(document, path[:-1])
    del parent[_step(parent, path[-1], path, past_the_end=False)]
    return document


def _map(parent: Any, path: list[str]) -> dict[str, Any]:
    if not isinstance(parent, dict):
        raise PatchFailed(f"/{'/'.join(path[:-1])} is neither a map nor a list", ("path",))
    return parent


def _step(parent: Any, step: str, path: list[str], *, past_the_end: bool) -> Any:
    """The key or index that a step means in its parent; a list takes one more index, or `-`, when adding."""
    if not isinstance(parent, list):
        if step not in _map(parent, path):
            raise PatchFailed(f"there is nothing at /{'/'.join(path)}", ("path",))
        return step
    if step == "-" and past_the_end:
        return len(parent)
    index = int(step) if step.isascii() and step.isdigit() and (step == "0" or step[0] != "0") else -1
    if not 0 <= index < len(parent) + past_the_end:
        raise PatchFailed(f"the list at /{'/'.join(path[:-1])} has no item {step}", ("path",))
    return index
