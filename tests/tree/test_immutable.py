"""What a cluster refuses to change in an object is found in the file that holds it, before anything is written."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from mlspec.artifacts.manifest import ManifestFile, yaml_file
from mlspec.tree.changes import Changes
from mlspec.tree.compare import compare
from mlspec.tree.write import write

PATH = "generated/prod/churn/{kind}.yaml"
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "churn", "namespace": "ml-prod"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app.kubernetes.io/name": "churn"}},
        "template": {"metadata": {"labels": {"app.kubernetes.io/name": "churn"}}},
    },
}
CLAIM: dict[str, Any] = {
    "apiVersion": "resource.k8s.io/v1",
    "kind": "ResourceClaimTemplate",
    "metadata": {"name": "churn", "namespace": "ml-prod"},
    "spec": {"spec": {"devices": {"requests": [{"name": "gpu", "exactly": {"deviceClassName": "a"}}]}}},
}


def _file(manifest: dict[str, Any]) -> ManifestFile:
    path = PATH.format(kind=manifest["kind"].lower())
    return ManifestFile(path, yaml_file(path, [manifest], "model.yaml").content, manifest, "model.yaml")


def _changed(manifest: dict[str, Any], *path: str, value: Any) -> dict[str, Any]:
    result = copy.deepcopy(manifest)
    *parents, last = path
    place = result
    for step in parents:
        place = place[step]
    place[last] = value
    return result


def _changes(root: Path, before: dict[str, Any], after: dict[str, Any]) -> Changes:
    write(compare(root, {"prod/churn": [_file(before)]}))
    return compare(root, {"prod/churn": [_file(after)]})


REFUSED = {
    "another selector": (DEPLOYMENT, ("spec", "selector", "matchLabels"), {"app": "churn"}, "spec.selector"),
    "a selector of more labels": (
        DEPLOYMENT,
        ("spec", "selector", "matchLabels", "app.kubernetes.io/version"),
        "1",
        "spec.selector",
    ),
    "another claim": (
        CLAIM,
        ("spec", "spec", "devices", "requests"),
        [{"name": "gpu", "exactly": {"deviceClassName": "b"}}],
        "spec.spec",
    ),
}


@pytest.mark.parametrize(("before", "path", "value", "part"), REFUSED.values(), ids=REFUSED)
def test_what_a_cluster_refuses_is_found(
    tmp_path: Path, before: dict[str, Any], path: tuple[str, ...], value: Any, part: str
) -> None:
    ((change, said),) = _changes(tmp_path, before, _changed(before, *path, value=value)).immutable
    assert (change.path, said) == (_file(before).path, part)


TAKEN = {
    "replicas": (("spec", "replicas"), 3),
    "a label of the pods": (("spec", "template", "metadata", "labels", "version"), "2"),
    "another object": (("metadata", "name"), "churn-2"),
    "another namespace": (("metadata", "namespace"), "ml-staging"),
}


@pytest.mark.parametrize(("path", "value"), TAKEN.values(), ids=TAKEN)
def test_what_a_cluster_takes_is_not(tmp_path: Path, path: tuple[str, ...], value: Any) -> None:
    after = _changed(DEPLOYMENT, *path, value=value)
    if "name" in path or "namespace" in path:
        after = _changed(after, "spec", "selector", "matchLabels", value={"app": "other"})
    assert _changes(tmp_path, DEPLOYMENT, after).immutable == ()


@pytest.mark.parametrize("content", [b"", b"\t: {", b"- a\n", b"spec: 1\nkind: Deployment\n"])
def test_a_file_that_holds_no_such_object_is_none(tmp_path: Path, content: bytes) -> None:
    file = _file(DEPLOYMENT)
    write(compare(tmp_path, {"prod/churn": [ManifestFile(file.path, content, {"kind": "?"}, "")]}))
    assert compare(tmp_path, {"prod/churn": [file]}).immutable == ()


def test_what_was_edited_by_hand_was_perhaps_never_deployed(tmp_path: Path) -> None:
    file = _file(DEPLOYMENT)
    write(compare(tmp_path, {"prod/churn": [file]}))
    (tmp_path / file.path).write_bytes(file.content.replace(b"matchLabels", b"matchExpressions"))
    assert compare(tmp_path, {"prod/churn": [file]}).immutable == ()
