"""The JSON Schema is one, says something of every field, takes what the types take and refuses what they refuse."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from mlspec.spec.json_schema import schema

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "specs").rglob("*.yaml"))
SCHEMA = schema()
VALIDATOR = jsonschema_rs.Draft7Validator(SCHEMA)

MODEL = yaml.safe_load((ROOT / "specs/credit-risk/model.yaml").read_text(encoding="utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "specs/environments/prod.yaml").read_text(encoding="utf-8"))


def test_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(SCHEMA)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_takes_the_examples(path: Path) -> None:
    documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    assert [error.message for document in documents for error in VALIDATOR.iter_errors(document)] == []


def _described(node: dict[str, Any]) -> bool:
    options = node.get("allOf", []) + node.get("anyOf", [])
    references = [option["$ref"] for option in [node, *options] if "$ref" in option]
    types = [SCHEMA["definitions"][reference.removeprefix("#/definitions/")] for reference in references]
    return "description" in node or any("description" in found for found in types)


def test_every_field_and_type_is_described() -> None:
    types = SCHEMA["definitions"]
    assert [name for name, each in types.items() if "description" not in each] == []
    fields = [(name, key, node) for name, each in types.items() for key, node in each["properties"].items()]
    assert [f"{name}.{key}" for name, key, node in fields if not _described(node)] == []


def test_every_type_is_closed() -> None:
    assert [name for name, each in SCHEMA["definitions"].items() if each["additionalProperties"] is not False] == []


def _fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, each in SCHEMA["definitions"].items():
        yield from ((f"{name}.{key}", node) for key, node in each["properties"].items())


def test_defaults_are_what_a_user_may_write() -> None:
    for name, node in _fields():
        if "default" in node:
            checked = jsonschema_rs.Draft7Validator({**node, "definitions": SCHEMA["definitions"]})
            assert checked.is_valid(node["default"]), name


def test_examples_are_what_a_user_may_write() -> None:
    for name, node in _fields():
        for option in (node, *node.get("anyOf", [])):
            checked = jsonschema_rs.Draft7Validator({**option, "definitions": SCHEMA["definitions"]})
            assert all(checked.is_valid(example) for example in option.get("examples", [])), name


def _with(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    node = changed
    *parents, last = path.split("/")
    for step in parents:
        node = node.setdefault(step, {})
    node[last] = value
    return changed


REFUSED = [
    (MODEL, "apiVersion", "mlspec.dev/v2"),
    (MODEL, "kind", "Modell"),
    (MODEL, "metdata", {}),
    (MODEL, "metadata/nmae", "a"),
    (MODEL, "metadata/labels", {"not a key": "x"}),
    (MODEL, "metadata/labels", {"a": "not a value"}),
    (MODEL, "spec/model/verison", "1"),
    (MODEL, "spec/server/timeout", 30),
    (MODEL, "spec/server/concurrency", "64"),
    (MODEL, "spec/resources/memory", "1GB"),
    (MODEL, "spec/environments/prod", {"scalling": {}}),
    (MODEL, "spec/environments/prod", {"resources": {"memory": "2"}}),
    (MODEL, "spec/environments/prod", {"resources": {"mmeory": "2Gi"}}),
    (MODEL, "spec/environments/prod", {"server": {"env": [{"value": "1"}]}}),
    (MODEL, "spec/environments/prod", []),
    (MODEL, "spec/environments/Prod", {}),
    (ENVIRONMENT, "spec/kubernetes", 1.36),
    (ENVIRONMENT, "spec/kubernetes", "1.20"),
    (ENVIRONMENT, "spec/defaults", {"replcas": 1}),
    (ENVIRONMENT, "spec/accelerators", {"nvidia-l4": {"spares": 1}}),
    (ENVIRONMENT, "spec/accelerators", {"NVIDIA": {}}),
]


@pytest.mark.parametrize(("document", "path", "value"), REFUSED, ids=lambda value: str(value)[:30])
def test_refuses(document: dict[str, Any], path: str, value: object) -> None:
    assert VALIDATOR.is_valid(document)
    assert not VALIDATOR.is_valid(_with(document, path, value))


TAKEN = [
    (MODEL, "spec/environments/prod", None),
    (MODEL, "spec/environments/prod", {"scaling": {"minReplicas": None}, "expose": None, "resources": {"cpu": 2}}),
    (MODEL, "spec/environments/prod", {"model": {"version": "3.1.0"}}),
    (MODEL, "spec/environments", None),
    (ENVIRONMENT, "spec/defaults", {"replicas": 2, "server": {"batching": {"maxSize": 8}}}),
    (ENVIRONMENT, "spec/defaults", None),
]


@pytest.mark.parametrize(("document", "path", "value"), TAKEN, ids=lambda value: str(value)[:30])
def test_takes_a_partial_spec(document: dict[str, Any], path: str, value: object) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(_with(document, path, value))] == []


def test_is_the_same_in_every_process() -> None:
    program = "import json; from mlspec.spec.json_schema import schema; print(json.dumps(schema()))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert texts == {json.dumps(SCHEMA) + "\n"}
