"""The JSON Schema takes whatever compiles, and refuses every key, word and type that the compiler refuses."""

from __future__ import annotations

from collections.abc import Mapping

import jsonschema_rs
from hypothesis import given

from mlspec.source.read import parse
from mlspec.spec.json_schema import schema
from tests.profiles import ordinarily
from tests.strategies import Workspace, broken_values, workspaces

from .compiled import compiled

VALIDATOR = jsonschema_rs.Draft7Validator(schema())
BY_TYPE = {"MLS101", "MLS103", "MLS105"}
"""An unknown key, a wrong type, an unknown word."""


def _refusals(texts: Mapping[str, bytes]) -> list[str]:
    specs = {path: data for path, data in texts.items() if path.endswith((".yaml", ".yml"))}
    roots = [document.root.plain() for path, data in specs.items() for document in parse(path, data).documents]
    return [error.message for root in roots for error in VALIDATOR.iter_errors(root)]


@given(workspaces())
def test_takes_what_compiles(workspace: Workspace) -> None:
    assert _refusals(workspace.texts()) == []


@ordinarily(60)
@given(broken_values())
def test_refuses_what_no_field_takes(texts: dict[str, bytes]) -> None:
    found = [each for each in compiled(texts).diagnostics if each.code in BY_TYPE]
    if found:
        assert _refusals(texts), [f"{each.code} {each.message}" for each in found]
