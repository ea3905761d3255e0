"""Whatever a valid workspace says, what comes out keeps every rule, has names that fit, and no two files alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given

from tests.rules.outputs import problems
from tests.strategies import Workspace, workspaces

from .compiled import Objects, compiled, digests, objects


@given(workspaces())
def test_every_rule_holds(workspace: Workspace) -> None:
    result = compiled(workspace.texts())
    assert problems(result) == []
    _names_are_unique_and_fit(objects(result))
    written = sum(len(outputs) for outputs in result.outputs.values())
    # On some file systems, two names that differ by case are one.
    assert len({path.casefold() for path in digests(result)}) == written


def _names_are_unique_and_fit(found: Objects) -> None:
    names = Counter(_identity(path, each) for path, documents in found.items() for each in documents)
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if len(name[-1]) > 63] == []
    every = (value for documents in found.values() for each in documents for value in _labels(each))
    assert [value for value in every if len(value) > 63] == []


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
