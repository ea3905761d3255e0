"""The JSON Schema of the language -> docs/language.md: every key by its path, as a person looks it up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from mlspec.spec.json_schema import schema

Schema = dict[str, Any]

_REFERENCE = "#/definitions/"
_PARTIAL = "Partial"
_KINDS = {"Model": "ModelDocument", "Environment": "EnvironmentDocument", "Workspace": "WorkspaceDocument"}
_ABOUT = """\
What may stand in a file below `specs/`, key by key. `mlspec schema` prints the same for editors; the commented
[examples](../specs) show it in use. A document says what it is by `apiVersion: mlspec.dev/v1` and its `kind`.

Types: a *duration* is `250ms`, `30s`, `1h30m`; a *size* is `512Mi`, `1Gi`; a *partial spec* is any part of a Model's
`spec`, where maps merge with what lies below, lists and plain values replace it, and `null` takes away. Later layers
win: the Workspace's `defaults`, the Environment's `defaults`, the Model, the Model's block for that environment.
"""


def language_page(generated: str) -> str:
    """`generated` is the line that says where the page comes from."""
    definitions: dict[str, Schema] = schema()["definitions"]
    text = f"# The language\n\n{generated}\n{_ABOUT}"
    for kind, name in _KINDS.items():
        text += f"\n## {kind}\n\n{definitions[name]['description']}\n"
        text += "".join(_sections(definitions, name, kind, ""))
    return text


def _sections(definitions: dict[str, Schema], name: str, kind: str, path: str) -> Iterator[str]:
    """The table of a mapping's keys, then those of the mappings below it, in the order in which they are written."""
    definition = definitions[name]
    if path:
        yield f"\n### {kind}: `{path}`\n\n{definition.get('description', '')}\n"
    required = definition.get("required", [])
    rows = [
        _row(key, _described(field, definitions), kind, f"{path}.{key}".removeprefix("."), required=key in required)
        for key, field in definition.get("properties", {}).items()
        if key not in ("apiVersion", "kind")
    ]
    yield "\n| key | type | default | what it says | for instance |\n| --- | --- | --- | --- | --- |\n" + "".join(rows)
    for key, field in definition.get("properties", {}).items():
        below = f"{path}.{key}".removeprefix(".")
        for inner, suffix in _named(field):
            if not inner.startswith(_PARTIAL):
                yield from _sections(definitions, inner, kind, below + suffix)


def _described(field: Schema, definitions: dict[str, Schema]) -> Schema:
    """What pydantic leaves out of a field because its type says the same."""
    names = [name for name, _ in _named(field)]
    inherited = definitions[names[0]].get("description", "") if names else ""
    return {"description": inherited, **field}


def _row(key: str, field: Schema, kind: str, path: str, *, required: bool) -> str:
    # A default shows how a value is written, and is one that the key takes.
    example = None if "default" in field and not required else next(iter(_examples(field)), None)
    cells = (
        f"`{key}`",
        _type(field, kind, path),
        "**required**" if required else _default(field),
        field.get("description", ""),
        "" if example is None else f"`{_written(example)}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(field: Schema) -> str:
    return f"`{_written(field['default'])}`" if "default" in field else ""


def _written(value: object) -> str:
    """As YAML has it in one line."""
    if isinstance(value, str):
        return value
    return re.sub(r'"([A-Za-z][\w./ -]*)"', r"\1", json.dumps(value, ensure_ascii=False))


def _options(field: Schema) -> list[Schema]:
    options = field.get("anyOf") or field.get("allOf") or [field]
    return [option for option in options if option != {"type": "null"}]


def _examples(field: Schema) -> Iterator[object]:
    for each in (field, *_options(field)):
        yield from each.get("examples", [])


def _named(field: Schema) -> Iterator[tuple[str, str]]:
    """The mappings that a value may be or hold, with how their paths go on."""
    for option in _options(field):
        if "$ref" in option:
            yield option["$ref"].removeprefix(_REFERENCE), ""
        elif option.get("type") == "array" and isinstance(option.get("items"), dict):
            yield from ((name, f"[]{suffix}") for name, suffix in _named(option["items"]))
        elif isinstance(option.get("additionalProperties"), dict):
            yield from ((name, f".<name>{suffix}") for name, suffix in _named(option["additionalProperties"]))


def _type(field: Schema, kind: str, path: str) -> str:
    return " or ".join(dict.fromkeys(_one_type(option, kind, path) for option in _options(field)))


def _one_type(option: Schema, kind: str, path: str) -> str:
    if "$ref" in option:
        if option["$ref"].removeprefix(_REFERENCE).startswith(_PARTIAL):
            return "partial spec"
        return f"[mapping](#{_anchor(f'{kind}: {path}')})"
    if "const" in option:
        return f"`{option['const']}`"
    if "enum" in option:
        return ", ".join(f"`{choice}`" for choice in option["enum"])
    if option.get("type") == "array":
        return f"list of {_plural(_type(option.get('items', {}), kind, f'{path}[]'))}"
    if option.get("type") == "object":
        values = option.get("additionalProperties")
        return f"names, each with {_type(values, kind, f'{path}.<name>')}" if isinstance(values, dict) else "mapping"
    return _plain(option)


def _plain(option: Schema) -> str:
    kind = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}.get(
        option.get("type", ""), "any value"
    )
    examples = [str(each) for each in option.get("examples", [])]
    if kind == "text" and "30s" in examples:
        return "duration"
    if kind == "text" and "1Gi" in examples:
        return "size"
    low = option.get("minimum")
    high = option.get("maximum")
    if low is not None and high is not None:
        return f"{kind}, {low:,} to {high:,}"
    return f"{kind}, at least {low:,}" if low is not None else kind


def _plural(kind: str) -> str:
    return {"text": "texts", "whole number": "whole numbers"}.get(kind, kind)


def _anchor(heading: str) -> str:
    """As GitHub makes one of a heading."""
    return re.sub(r"[^\w -]", "", heading.casefold()).replace(" ", "-")
