"""`spec.overrides`: the way out, for what the language does not say."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from .scalars import ObjectKind
from .section import Invalid, Section


class Target(Section):
    """Which of the generated objects is patched."""

    kind: Annotated[ObjectKind, Field(description="The object's kind.")]
    name: Annotated[str | None, Field(description="Its name; absent: every object of that kind.")] = None


_OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
_POINTER = {"type": "string", "pattern": "^(/.*)?$"}
_OPERATION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["op", "path"],
    "additionalProperties": False,
    "properties": {"op": {"enum": list(_OPERATIONS)}, "path": _POINTER, "from": _POINTER, "value": {}},
}


def _patch(value: object) -> object:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _operation(index, item)
        return value
    if isinstance(value, dict):
        return value
    raise Invalid("expected a patch", "write a mapping (strategic merge) or a list of RFC 6902 operations")


def _operation(index: int, item: object) -> None:
    if not isinstance(item, dict):
        raise Invalid("not an operation", "write `{op: …, path: …, value: …}`", at=(index,))
    if item.get("op") not in _OPERATIONS:
        raise Invalid("no such operation", "use one of " + ", ".join(_OPERATIONS), at=(index, "op"))
    for key in item.keys() - _OPERATION_SCHEMA["properties"].keys():
        raise Invalid(f"`{key}` is not part of an operation", "use op, path, from and value", at=(index, key))
    for key in ("path", *(("from",) if item["op"] in ("move", "copy") else ())):
        pointer = item.get(key)
        if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
            raise Invalid(f"`{key}` must be a JSON pointer", "write `/spec/…`", at=(index, key))
    if item["op"] in ("add", "replace", "test") and "value" not in item:
        raise Invalid(f"{item['op']} needs a `value`", at=(index,))


class Override(Section):
    """A patch of generated objects, applied after rendering and verified like everything else."""

    target: Annotated[Target, Field(description="What is patched.")]
    patch: Annotated[
        dict[str, Any] | list[dict[str, Any]],
        BeforeValidator(_patch),
        WithJsonSchema({"anyOf": [{"type": "object"}, {"type": "array", "items": _OPERATION_SCHEMA}]}),
        Field(description="A strategic merge patch, or a list of RFC 6902 operations."),
    ]
