"""The types of the language -> one JSON Schema for editors: draft-07, which yaml-language-server reads best."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import models_json_schema

from .environment import EnvironmentDocument
from .section import Section
from .service import ModelDocument, ServiceSpec
from .workspace import WorkspaceDocument

Schema = dict[str, Any]

_KINDS: dict[str, type[Section]] = {
    "Model": ModelDocument,
    "Environment": EnvironmentDocument,
    "Workspace": WorkspaceDocument,
}
_DEFINITION = "#/definitions/"
_PARTIAL = "Partial"
_NULL: Schema = {"type": "null"}
_WRITTEN = {
    r"^\./[^/]": "a path beside the spec, as ./reference.csv",
    r"^[0-9a-f]{40}$": "a commit, 40 hexadecimal digits",
    r"^sha256:[0-9a-f]{64}$": "sha256: and 64 hexadecimal digits",
    r"^(/.*)?$": "a JSON Pointer, as /spec/replicas",
    r"^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$": "cores or thousandths of one, as 2 or 500m",
    r"^/([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$": "a path, as /fraud",
}
"""What is meant by patterns of which there are no examples."""


def schema() -> Schema:
    """A schema that accepts a document of any kind; the same on every call, whatever the process.

    `Partial…` are the types of `defaults` and of an environment's block: nothing is required, and null removes.
    """
    types: list[type[Section]] = [*_KINDS.values(), ServiceSpec]
    _, generated = models_json_schema([(each, "validation") for each in types], ref_template=_DEFINITION + "{model}")
    definitions: Schema = {name: _tidy(definition) for name, definition in generated["$defs"].items()}
    _add_partials(ServiceSpec.__name__, definitions)
    # The base that a user writes is a ModelSpec; the merged spec has no place in a file.
    del definitions[ServiceSpec.__name__]
    definitions[_PARTIAL + ServiceSpec.__name__]["title"] = "spec"
    for kind, document in _KINDS.items():
        _entitle(document.__name__, kind, definitions)
    for definition in definitions.values():
        _describe(definition, definitions)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "mlspec.dev/v1",
        "description": "What a model is and what it owes its users, where models run, and what holds for all of them.",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {"const": "mlspec.dev/v1", "description": "The version of the language."},
            "kind": {"enum": list(_KINDS), "description": "What this document is."},
        },
        "allOf": [
            {
                "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
                "then": {"$ref": _DEFINITION + document.__name__},
            }
            for kind, document in _KINDS.items()
        ],
        "definitions": dict(sorted(definitions.items())),
    }


def _tidy(node: Schema) -> Schema:
    """Without what pydantic adds and no user needs."""
    if "$comment" in node:  # the mark of PartialSpec
        notes = {"description": node["description"]} if "description" in node else {}
        return {**notes, "anyOf": [{"$ref": f"{_DEFINITION}{_PARTIAL}{ServiceSpec.__name__}"}, _NULL]}
    tidied = {key: _tidy_value(key, value) for key, value in node.items() if key != "title"}
    if "pattern" in tidied:
        tidied["patternErrorMessage"] = _refusal(tidied)
    # A section's default is empty: those of its fields say the rest.
    if tidied.get("default", {}) in (None, []) or isinstance(tidied.get("default"), dict):
        del tidied["default"]
    if "patternProperties" in tidied:
        # Otherwise a key that does not match would be free to have any value.
        ((pattern, value),) = tidied.pop("patternProperties").items()
        tidied["propertyNames"] = {"pattern": pattern, **tidied.get("propertyNames", {})}
        tidied["additionalProperties"] = value
    if "$ref" in tidied and len(tidied) > 1:
        # In this draft whatever stands beside a `$ref` is ignored.
        tidied["allOf"] = [{"$ref": tidied.pop("$ref")}]
    return tidied


def _refusal(node: Schema) -> str:
    """What yaml-language-server and VS Code say in place of the pattern, which few can read."""
    if written := _WRITTEN.get(node["pattern"]):
        return f"expected {written}"
    return f"not of the form that is meant here: write it as in {' or '.join(map(str, node['examples']))}"


def _entitle(name: str, title: str, definitions: Schema) -> None:
    """Gives a type the name of the place where it stands first, which editors show in hover and in errors."""
    definition, partial = definitions[name], definitions.get(_PARTIAL + name, {})
    if "title" in definition:
        return
    definition["title"] = partial["title"] = title
    below = "" if title in (*_KINDS, "spec") else f"{title.removeprefix('spec.')}."
    for key, node in definition.get("properties", {}).items():
        for reference, suffix in _references(node):
            _entitle(reference, f"{below}{key}{suffix}", definitions)


def _references(node: Schema) -> Iterator[tuple[str, str]]:
    """The types that a value is made of, and how its place is written on from there."""
    if "$ref" in node:
        yield node["$ref"].removeprefix(_DEFINITION), ""
    for option in (*node.get("anyOf", ()), *node.get("allOf", ())):
        yield from _references(option)
    for key, suffix in (("items", "[]"), ("additionalProperties", ".NAME")):
        if isinstance(node.get(key), dict):
            yield from ((name, suffix + further) for name, further in _references(node[key]))


def _describe(definition: Schema, definitions: Schema) -> None:
    """A key that says nothing of its own says what its type says: editors do not look there when they complete it."""
    for key, node in definition.get("properties", {}).items():
        types = [definitions[name] for name, suffix in _references(node) if not suffix]
        if "description" not in node and types:
            rest = {"allOf": [node]} if "$ref" in node else node
            definition["properties"][key] = {"description": types[0]["description"], **rest}


def _tidy_value(key: str, value: Any) -> Any:
    if key in ("properties", "patternProperties"):
        return {name: _tidy(inner) for name, inner in value.items()}
    if key in ("anyOf", "allOf"):
        return [_tidy(inner) for inner in value]
    if key in ("items", "additionalProperties") and isinstance(value, dict):
        return _tidy(value)
    return value


def _add_partials(name: str, definitions: Schema) -> None:
    """The partial form of a type, and of every type that it merges with: lists are replaced, so not theirs."""
    if _PARTIAL + name in definitions:
        return
    whole = definitions[name]
    properties = {key: _partial(node) for key, node in whole["properties"].items()}
    definitions[_PARTIAL + name] = {
        **{key: value for key, value in whole.items() if key != "required"},
        "properties": properties,
    }
    for node in whole["properties"].values():
        for inner in _merged_types(node):
            _add_partials(inner, definitions)


def _merged_types(node: Schema) -> Iterator[str]:
    for option in _options(node):
        if "$ref" in option:
            yield option["$ref"].removeprefix(_DEFINITION)


def _options(node: Schema) -> list[Schema]:
    """What the value may be, without the notes about it."""
    bare = {key: value for key, value in node.items() if key not in ("description", "default")}
    options: list[Schema] = bare.get("anyOf") or bare.get("allOf") or [bare]
    return options


def _partial(node: Schema) -> Schema:
    notes = {"description": node["description"]} if "description" in node else {}
    return {**notes, "anyOf": [*(_open(option) for option in _options(node) if option != _NULL), _NULL]}


def _open(option: Schema) -> Schema:
    """What may be laid over such a value."""
    if "$ref" in option:
        return {"$ref": option["$ref"].replace(_DEFINITION, _DEFINITION + _PARTIAL)}
    values = option.get("additionalProperties")
    return {**option, "additionalProperties": {"anyOf": [values, _NULL]}} if isinstance(values, dict) else option
