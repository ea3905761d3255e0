"""Whatever a valid workspace says, what comes out keeps every rule, has names that fit, and no two files alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings

from tests.rules.outputs import problems
from tests.strategies import Workspace, workspaces

from .compiled import compiled, digests, objects


@settings(max_examples=settings().max_examples // 2)
@given(workspaces())
def test_every_rule_holds(workspace: Workspace) -> None:
    assert problems(compiled(workspace.texts())) == []


@given(workspaces())
def test_names_are_unique_and_fit(workspace: Workspace) -> None:
    result = compiled(workspace.texts())
    names = Counter(_identity(path, each) for path, found in objects(result).items() for each in found)
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if len(name[-1]) > 63] == []
    for found in objects(result).values():
        assert [value for each in found for value in _labels(each) if len(value) > 63] == []


def _identity(path: str, manifest: dict[str, Any]) -> tuple[str, str, str]:
    """Kind, where it will be, and name; an environment is a cluster and a namespace of its own."""
    where = path.split("/")[-3] if len(path.split("/")) > 2 else path
    return manifest["kind"], manifest["metadata"].get("namespace", where), manifest["metadata"]["name"]


def _labels(node: object) -> Iterator[str]:
    """Every value of every `labels` and `matchLabels`, however deep, but for those of rules: they are no objects'."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("labels", "matchLabels") and "alert" not in node and "record" not in node:
                yield from (text for text in value.values() if isinstance(text, str))
            else:
                yield from _labels(value)
    elif isinstance(node, list):
        for item in node:
            yield from _labels(item)


@given(workspaces())
def test_no_two_files_are_one(workspace: Workspace) -> None:
    result = compiled(workspace.texts())
    written = sum(len(outputs) for outputs in result.outputs.values())
    # On some file systems, two names that differ by case are one.
    assert len({path.casefold() for path in digests(result)}) == written
