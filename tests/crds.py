"""A custom resource -> what its definition refuses, unknown fields too; a cluster would drop those without a word.

The definitions are the projects' own, one JSON file for each kind and version, in `../shared/crds` beside the project
or where MLSPEC_CRDS says. Rules in CEL (`x-kubernetes-validations`) are left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

NAMED = os.environ.get("MLSPEC_CRDS")
FOLDER = Path(NAMED or Path(__file__).resolve().parents[2] / "shared" / "crds")
MISSING = "the definitions of custom resources are not at ../shared/crds, nor does MLSPEC_CRDS say where"
_WITHOUT_EFFECT = ("$ref", "default", "description", "example", "format", "title")
_BUILT_IN = ("networking.k8s.io", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io")


def require_crds() -> None:
    """Skips the test where the definitions are not at hand: no package brings them, unlike the outside tools."""
    if not has_crds():
        pytest.skip(MISSING)


def has_crds() -> bool:
    """For a test that checks more than custom resources: it goes on without, unless somebody said where they are."""
    if NAMED and not FOLDER.is_dir():
        pytest.fail(f"MLSPEC_CRDS names {NAMED}, which is not a folder", pytrace=False)
    return FOLDER.is_dir()


def crd_problems(manifests: Iterable[Mapping[str, Any]]) -> list[str]:
    """`Kind/name path: message` for everything refused in the custom resources among the manifests.

    LookupError for a custom resource without a definition: it would go unchecked.
    """
    found = []
    for manifest in manifests:
        group, _, version = manifest["apiVersion"].rpartition("/")
        if "." in group and group not in _BUILT_IN:
            name = f"{manifest['kind']}/{manifest['metadata']['name']}"
            for error in _validator(group, version, manifest["kind"]).iter_errors(manifest):
                path = "/".join(str(step) for step in error.instance_path)
                found.append(f"{name} {path}: {error.message}")
    return found


def definition_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The OpenAPI schema by which a cluster fills in and prunes a custom resource; LookupError where there is none."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    return _definition(group, version, manifest["kind"])


@cache
def _definition(group: str, version: str, kind: str) -> Mapping[str, Any]:
    file = FOLDER / f"{group}_{version}_{kind}.json"
    if not file.is_file():
        raise LookupError(f"there is no definition of {kind} in {group}/{version}")
    schema: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))["openAPIV3Schema"]
    return schema


@cache
def _validator(group: str, version: str, kind: str) -> Draft202012Validator:
    schema = _closed(_definition(group, version, kind))
    schema["properties"] |= {
        "apiVersion": {"const": f"{group}/{version}"},
        "kind": {"const": kind},
        "metadata": {"type": "object", "required": ["name"]},
    }
    schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind", "metadata"})
    return Draft202012Validator(schema)


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A structural schema as JSON Schema in which a map has no other fields than those that it names."""
    result = {key: value for key, value in schema.items() if not key.startswith("x-") and key not in _WITHOUT_EFFECT}
    if "properties" in schema:
        result["properties"] = {key: _closed(value) for key, value in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            result[key] = _closed(schema[key])
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-embedded-resource")
    if schema.get("type") == "object" and "additionalProperties" not in schema and not open_ended:
        result["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
        result.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    for bound in ("Minimum", "Maximum"):
        if result.pop(f"exclusive{bound}", False):
            result[f"exclusive{bound}"] = result.pop(bound.lower())
    return _nullable(result) if result.pop("nullable", False) else result


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, schema]}
