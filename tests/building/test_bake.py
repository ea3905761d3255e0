"""The bake file is what `docker buildx bake` takes: its keys, its kinds of values, and names without a dot."""

from __future__ import annotations

import json
import re

import pytest

from mlspec.building.bake import bake_file
from mlspec.building.builder import EPOCH, Wish
from mlspec.building.targets import Target

from .conftest import Workspace

# https://github.com/docker/buildx, bake/bake.go: the fields of `Target` and `Group`, and `validTargetNameChars`.
_TARGET = {"context": str, "dockerfile": str, "tags": list, "args": dict, "attest": list, "output": list}
_NAME = re.compile(r"[a-zA-Z0-9_-]+")
TARGETS = [
    Target("churn", "generated/images/churn", "python:3.13-slim", ("a.example.com/churn:1", "b.example.com/churn:1")),
    Target("churn.prod", "generated/images/churn.prod", "python:3.13-slim", ("a.example.com/churn:2",)),
]


@pytest.mark.parametrize("wish", [Wish(), Wish(push=True), Wish(push=True, attestations=False)])
def test_it_has_the_form_that_buildx_reads(wish: Wish) -> None:
    bake = json.loads(bake_file(TARGETS, wish))
    assert set(bake) == {"group", "target"}
    assert bake["group"] == {"default": {"targets": list(bake["target"])}}
    for name, target in bake["target"].items():
        assert _NAME.fullmatch(name)
        for key, value in target.items():
            assert isinstance(value, _TARGET[key]), key
            texts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
            assert all(isinstance(text, str) for text in texts), key
    assert [target["tags"] for target in bake["target"].values()] == [list(target.tags) for target in TARGETS]


def test_a_push_is_attested_and_dated(workspace: Workspace) -> None:
    done = workspace.run("build", "--push", "--print=bake", "-e", "prod")
    assert done.exit_code == 0, done.output
    (target,) = json.loads(done.stdout)["target"].values()
    assert target["attest"] == ["type=sbom", "type=provenance,mode=max"]
    assert target["output"] == ["type=registry,rewrite-timestamp=true"]
    assert target["args"] == {"SOURCE_DATE_EPOCH": str(EPOCH)}
    assert (workspace.root / target["context"] / target["dockerfile"]).is_file()


def test_the_date_is_the_users_own_where_there_is_one(workspace: Workspace) -> None:
    done = workspace.run("build", "--print=bake", SOURCE_DATE_EPOCH="1700000000")
    (target,) = json.loads(done.stdout)["target"].values()
    assert target["args"] == {"SOURCE_DATE_EPOCH": "1700000000"}
    wrong = workspace.run("build", "--print=bake", SOURCE_DATE_EPOCH="yesterday")
    assert wrong.exit_code == 2
    assert "SOURCE_DATE_EPOCH=yesterday is no number of seconds" in wrong.stderr
