"""What keeps a tree from being written has a code, and the place where a person would look: rules 12 and 36."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import ManifestFile, yaml_file
from mlspec.diagnostics import Diagnostic, Span
from mlspec.tree.compare import compare
from mlspec.tree.findings import EMPTIED, FOREIGN, IMMUTABLE, UNWATCHED, emptied, foreign, immutable, unwatched
from mlspec.tree.write import write

GOLDEN = Path(__file__).parents[1] / "cli" / "golden"
PATH = "generated/prod/churn/{kind}.yaml"
Part = tuple[dict[str, Any], dict[str, Any], str]
"""The spec as it was deployed, as it would become, and the key that nobody may change."""
PARTS: dict[str, Part] = {
    "Deployment": ({"replicas": 2, "selector": {"app": "a"}}, {"replicas": 2, "selector": {"app": "b"}}, "selector"),
    "Job": ({"completionMode": "Indexed", "template": {}}, {"completionMode": "NonIndexed"}, "completionMode"),
    "ResourceClaimTemplate": ({"spec": {"a": 1}}, {"spec": {"a": 2}}, "spec"),
}


def _file(kind: str, spec: dict[str, Any]) -> ManifestFile:
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "churn"}, "spec": spec}
    path = PATH.format(kind=kind.lower())
    return ManifestFile(path, yaml_file(path, [manifest], "model.yaml").content, manifest, "model.yaml")


@pytest.mark.parametrize("kind", PARTS)
def test_a_part_that_nobody_may_change_is_shown_as_it_was_deployed(tmp_path: Path, kind: str) -> None:
    before, after, key = PARTS[kind]
    file = _file(kind, before)
    write(compare(tmp_path, {"prod/churn": [file]}))
    found = list(immutable(compare(tmp_path, {"prod/churn": [_file(kind, after)]})))
    assert [each.code for each in found] == ["MLS504"] * len(found)
    assert _underlined(found[0], file.content) == f"  {key}:"[: found[0].span.end_column - 1]


def _underlined(found: Diagnostic, content: bytes) -> str:
    """The line up to the end of what is underlined, which begins in the third column."""
    assert found.span.column == 3
    return content.decode().splitlines()[found.span.line - 1][: found.span.end_column - 1]


def test_the_last_model_is_missed_where_its_environment_is_written_or_was_generated(tmp_path: Path) -> None:
    owners = {f"{name}/churn": [File(f"generated/{name}/churn/a.yaml", b"a")] for name in ("prod", "staging")}
    write(compare(tmp_path, owners))
    prod = Span("specs/environments/prod.yaml", 3, 17, 3, 21)
    changes = compare(tmp_path, {})
    here, gone = emptied(changes, changes.emptied, {"prod": prod})
    assert (here.code, here.span) == ("MLS505", prod)
    assert (gone.code, gone.span) == ("MLS505", Span("generated/.mlspec/staging"))


def test_applications_are_missed_where_their_environment_is_written(tmp_path: Path) -> None:
    model = {"prod/churn": [File("generated/prod/churn/a.yaml", b"a")]}
    write(compare(tmp_path, {**model, "prod": [File("argocd/prod.yaml", b"root")]}))
    prod = Span("specs/environments/prod.yaml", 3, 17, 3, 21)
    changes = compare(tmp_path, model)
    assert [(each.code, each.span) for each in unwatched(changes, changes.unwatched, {"prod": prod})] == [
        ("MLS507", prod)
    ]


def test_somebody_elses_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "a.yaml").write_text("mine")
    (found,) = foreign(compare(tmp_path, {"prod/churn": [File("generated/a.yaml", b"ours")]}))
    assert (found.code, found.span) == ("MLS503", Span("generated/a.yaml"))


def test_each_refusal_is_seen_in_a_session() -> None:
    seen = {code for file in GOLDEN.glob("*.txt") for code in re.findall(r"error\[(MLS5\d\d)\]", file.read_text())}
    assert seen == {FOREIGN.id, IMMUTABLE.id, EMPTIED.id, UNWATCHED.id}
