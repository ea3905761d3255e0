"""Whatever a valid workspace says, what comes out keeps every rule, has names that fit, and no two files alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given

from mlspec.compile import Compilation
from mlspec.environment.resolved import ResolvedSpec
from mlspec.verify.manifests import Manifests
from tests.crds import has_crds
from tests.rules.differences import differences
from tests.rules.outputs import deployments, problems
from tests.strategies import Workspace, workspaces

from .compiled import Objects, compiled, digests, objects


@given(workspaces())
def test_every_rule_holds(workspace: Workspace) -> None:
    result = compiled(workspace.texts())
    assert problems(result) == []
    if has_crds():
        assert [each for deployment in deployments(result) for each in differences(deployment.objects)] == []
    found = objects(result)
    _names_are_unique_and_fit(found)
    _pods_go_where_the_catalogue_says(result, found)
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


def _pods_go_where_the_catalogue_says(result: Compilation, found: Objects) -> None:
    """Rule 4: an accelerator's nodes, the taints that its pods tolerate, and nothing of it without one."""
    for resolved in result.resolution.specs:
        folder = f"/{resolved.environment.name}/{resolved.name}/"
        mine = [each for path, documents in found.items() if folder in path for each in documents]
        pods = Manifests(mine, resolved.environment.spec.kubernetes).pods
        assert pods
        for pod in pods:
            _goes_there(resolved, pod.spec)


def _goes_there(resolved: ResolvedSpec, pod: Mapping[str, Any]) -> None:
    asked = resolved.spec.resources.accelerator
    entry = resolved.environment.spec.accelerators[asked.type] if asked else None
    assert pod.get("nodeSelector", {}) == (entry.node_selector if entry else {})
    assert [each["key"] for each in pod.get("tolerations", [])] == [
        each.key for each in (entry.tolerations if entry else [])
    ]
    limits = pod["containers"][0]["resources"]["limits"]
    devices = [int(value) for name, value in limits.items() if "/" in name]
    claims = pod.get("resourceClaims", [])
    assert (devices, len(claims)) == (
        ([] if entry.claim else [asked.count], int(bool(entry.claim))) if entry and asked else ([], 0)
    )
