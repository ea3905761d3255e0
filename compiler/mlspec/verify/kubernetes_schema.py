"""A manifest and a Kubernetes minor -> everything that the API's own schema refuses in it, unknown fields too.

The schemas are those that the package kubernetes-validate ships, strict form, compiled once for each kind that occurs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind
from msgspec import Raw, Struct, field
from msgspec.json import decode
from msgspec.structs import replace

from mlspec.source.suggestion import did_you_mean

from .problem import Manifest, Problem, identity

Schema = dict[str, Any]
_WORDS = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}


def schema_problems(manifest: Manifest, minor: str) -> list[Problem]:
    """What `minor` (`1.35`) would refuse; nothing for custom resources, whose schemas a cluster has by itself.

    LookupError for a minor whose schemas are not at hand.
    """
    kind = _kind(minor, str(manifest.get("apiVersion")), str(manifest.get("kind")))
    if kind is None:
        return _unknown_kind(manifest, minor) or _template_problems(manifest, minor)
    return _refused(kind, manifest, manifest)


def schema_of(api_version: str, kind: str, minor: str) -> Schema | None:
    """The schema of a kind with local references (`#/$defs/…`); None for a custom resource.

    Of a Rollout, as far as it is a Deployment's: the pod template.
    """
    found = _kind(minor, api_version, kind)
    if found is None and (api_version, kind) in _WITH_POD_TEMPLATE:
        template = _pod_template(minor)
        of_template = template.schema["$defs"][template.name]["properties"]["template"]
        return {
            "properties": {"spec": {"properties": {"template": of_template}}},
            "$defs": template.schema["$defs"],
        }
    return found.schema if found else None


_WITH_POD_TEMPLATE = (("argoproj.io/v1alpha1", "Rollout"),)
"""Custom resources with the template of a pod in `spec.template`."""


def _template_problems(manifest: Manifest, minor: str) -> list[Problem]:
    """What the schema of pods refuses in a custom resource that makes them: its controller passes on what it finds."""
    if (manifest.get("apiVersion"), manifest.get("kind")) not in _WITH_POD_TEMPLATE:
        return []
    spec = manifest.get("spec")
    template = spec.get("template") if isinstance(spec, Mapping) else None
    alone = {"apiVersion": "v1", "kind": "PodTemplate", "template": template}
    found = _refused(_pod_template(minor), alone, manifest)
    return [replace(problem, path=("spec", *problem.path)) for problem in found]


def _pod_template(minor: str) -> _Kind:
    kind = _kind(minor, "v1", "PodTemplate")
    assert kind is not None, "every minor has it"  # noqa: S101
    return kind


def _refused(kind: _Kind, value: Mapping[str, Any], manifest: Manifest) -> list[Problem]:
    if kind.validator.is_valid(value):
        return []
    found = (problem for error in kind.validator.iter_errors(value) for problem in kind.explain(error))
    return [Problem(identity(manifest), tuple(path), message) for path, message in found]


class _Kind(Struct, frozen=True):
    name: str
    """Of its definition."""
    schema: Schema
    validator: Draft202012Validator

    def explain(self, error: ValidationError) -> Iterator[tuple[list[str | int], str]]:
        """Path and plain words for each thing that one error is about."""
        path = list(error.instance_path)
        match error.kind:
            case ValidationErrorKind.AdditionalProperties(unexpected=names):
                known = self._below(error.schema_path[:-1]).get("properties", {})
                for name in names:
                    meant = did_you_mean(name, known)
                    yield [*path, name], f"there is no such field{f'; did you mean {meant}?' if meant else ''}"
            case ValidationErrorKind.Required(property=name):
                yield [*path, name], "is missing"
            case ValidationErrorKind.Enum(options=options):
                yield path, f"`{error.instance}` is none of {', '.join(str(option) for option in options)}"
            case ValidationErrorKind.Type(types=types):
                yield path, f"is {_shape(error.instance)}; it must be {_either(types)}"
            case ValidationErrorKind.OneOfNotValid(context=choices):
                types = [name for choice in choices for one in choice for name in getattr(one.kind, "types", ())]
                yield path, f"is {_shape(error.instance)}; it must be {_either(types)}"
            case _:
                yield path, error.message

    def _below(self, path: list[str | int]) -> Schema:
        found: Any = self.schema
        for step in path:
            found = found.get(step, {}) if isinstance(found, dict) else {}
        return found if isinstance(found, dict) else {}


def _either(types: list[str]) -> str:
    return " or ".join(dict.fromkeys(_WORDS.get(name, f"a {name}") for name in types if name != "null"))


def _shape(value: object) -> str:
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    return f"the text `{value}`" if isinstance(value, str) else f"`{value}`".lower()


def _unknown_kind(manifest: Manifest, minor: str) -> list[Problem]:
    version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return [Problem(identity(manifest), (), "has no apiVersion and kind")]
    groups = {group for group, _ in _kinds(minor)}
    if version.rpartition("/")[0] in {group.rpartition("/")[0] for group in groups}:
        return [Problem(identity(manifest), ("apiVersion",), f"Kubernetes {minor} has no {kind} in {version}")]
    return []


class _Served(Struct):
    """A kind that the API server has."""

    group: str
    version: str
    kind: str


class _Serves(Struct):
    kinds: list[_Served] = field(name="x-kubernetes-group-version-kind", default_factory=list)


class _Names(Struct):
    definitions: dict[str, _Serves] = field(name="$defs")


class _Texts(Struct):
    """A megabyte, of which a tenth is asked for: what is not stays text."""

    definitions: dict[str, Raw] = field(name="$defs")


@cache
def _text(minor: str) -> bytes:
    spec = find_spec("kubernetes_validate")  # without importing it, which costs more than everything here
    if spec is None or not spec.submodule_search_locations:
        raise LookupError("the package kubernetes-validate is not installed")
    folder = Path(spec.submodule_search_locations[0], "kubernetes-json-schema", f"v{minor}.0-local-strict")
    try:
        return (folder / "_definitions.json").read_bytes()
    except FileNotFoundError:
        raise LookupError(f"kubernetes-validate has no schemas of Kubernetes {minor}") from None


@cache
def _definitions(minor: str) -> dict[str, Raw]:
    return decode(_text(minor), type=_Texts).definitions


@cache
def _kinds(minor: str) -> dict[tuple[str, str], str]:
    """The definition's name by apiVersion and kind."""
    return {
        (f"{known.group}/{known.version}".removeprefix("/"), known.kind): name
        for name, definition in decode(_text(minor), type=_Names).definitions.items()
        for known in definition.kinds
    }


@cache
def _kind(minor: str, api_version: str, kind: str) -> _Kind | None:
    name = _kinds(minor).get((api_version, kind))
    if name is None:
        return None
    definitions, reached, waiting = _definitions(minor), dict[str, Schema](), [name]
    while waiting:
        if (current := waiting.pop()) not in reached:
            reached[current] = _local(decode(definitions[current]), waiting)
    schema = {"$ref": f"#/$defs/{name}", "$defs": reached}
    return _Kind(name, schema, Draft202012Validator(schema))


def _local(schema: Schema, references: list[str]) -> Schema:
    """The schema with references inside one document and without prose; adds the names that it refers to."""
    local: Schema = {}
    for key, value in schema.items():
        if isinstance(value, dict):
            local[key] = _local(value, references)
        elif isinstance(value, list):
            local[key] = [_local(item, references) if isinstance(item, dict) else item for item in value]
        elif key == "$ref":
            references.append(value.rpartition("/$defs/")[2])
            local[key] = f"#/$defs/{references[-1]}"
        elif key != "description":
            local[key] = value
    return local
