"""The bake file is what `docker buildx bake` takes: buildx itself reads it, and its names are no two images'."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mlspec.building.bake import bake_file
from mlspec.building.builder import EPOCH, Wish
from mlspec.building.buildx import Abilities, read_abilities
from mlspec.building.targets import Target
from tests.conftest import unavailable

from .conftest import Workspace

# https://github.com/docker/buildx, bake/bake.go: the fields of `Target` and `Group`, and `validTargetNameChars`.
_TARGET = {"context": str, "dockerfile": str, "tags": list, "args": dict, "attest": list, "output": list}
_NAME = re.compile(r"[a-zA-Z0-9_-]+")
TARGETS = [
    Target("churn", "generated/images/churn", "python:3.13-slim", ("a.example.com/churn:1", "b.example.com/churn:1")),
    Target("churn.prod", "generated/images/churn.prod", "python:3.13-slim", ("a.example.com/churn:2",)),
    Target("churn-prod", "generated/images/churn-prod", "python:3.13-slim", ("a.example.com/churn-prod:1",)),
]
_STORE = "[[driver-type io.containerd.snapshotter.v1]]"
_PLUGINS = ("/usr/libexec/docker/cli-plugins", "/usr/local/lib/docker/cli-plugins", "/usr/lib/docker/cli-plugins")


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


@pytest.fixture(scope="session")
def buildx() -> str:
    """It needs neither docker nor a daemon to read a bake file."""
    places = (os.environ.get("PATH", os.defpath), *_PLUGINS, str(Path.home() / ".docker/cli-plugins"))
    return shutil.which("docker-buildx", path=os.pathsep.join(places)) or unavailable("docker-buildx is not installed")


@pytest.mark.parametrize("wish", [Wish(), Wish(push=True), Wish(push=True, attestations=False)])
def test_buildx_reads_it(buildx: str, wish: Wish, tmp_path: Path) -> None:
    written = bake_file(TARGETS, wish)
    read = _read_by(buildx, written, tmp_path)
    meant = json.loads(written)
    assert read["group"] == meant["group"]
    assert read["target"].keys() == meant["target"].keys()
    for name, target in meant["target"].items():
        for key in ("context", "dockerfile", "tags", "args"):
            assert read["target"][name][key] == target[key]
        # Newer ones print these two as mappings.
        output = json.dumps(read["target"][name]["output"])
        assert ("registry" if wish.push else "docker") in output
        assert ("rewrite-timestamp" in output) == wish.push
        assert ("provenance" in json.dumps(read["target"][name].get("attest", ""))) == (wish.push and wish.attestations)


def _read_by(buildx: str, text: str, home: Path) -> Any:
    done = subprocess.run(
        [buildx, "bake", "--print", "--progress=quiet", "--file", "-"],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "DOCKER_CONFIG": str(home)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("driver", "storage", "version", "expected"),
    [
        # As Docker 26.1.5 says it of its own driver, with and without containerd's image store.
        ("docker", "[]", "26.1.5+dfsg1", Abilities(attests=False, dates=False)),
        (
            "docker",
            "[[driver-type io.containerd.snapshotter.v1]]",
            "26.1.5+dfsg1",
            Abilities(attests=True, dates=False),
        ),
        ("docker", _STORE, "29.0.1", Abilities(attests=True, dates=True)),
        ("docker-container", "[]", "26.1.5+dfsg1", Abilities(attests=True, dates=True)),
    ],
)
def test_a_builder_is_asked_for_what_it_can(driver: str, storage: str, version: str, expected: Abilities) -> None:
    said = f"Name:   default\nDriver: {driver}\n\nNodes:\nName:             default\n"
    assert read_abilities(said, storage, version) == expected
    assert bool(expected.missing(attested=False)) == (not expected.dates)
    assert ("neither SBOM" in expected.missing(attested=True)) == (not expected.attests)


def test_a_push_is_attested_and_dated(workspace: Workspace) -> None:
    done = workspace.run("build", "--push", "--print=bake", "-e", "prod")
    assert done.exit_code == 0, done.output
    (target,) = json.loads(done.stdout)["target"].values()
    assert target["attest"] == ["type=sbom", "type=provenance,mode=max"]
    assert target["output"] == ["type=registry,rewrite-timestamp=true,unpack=false"]
    assert target["args"] == {"SOURCE_DATE_EPOCH": str(EPOCH)}
    assert (workspace.root / target["context"] / target["dockerfile"]).is_file()


def test_the_date_is_the_users_own_where_there_is_one(workspace: Workspace) -> None:
    done = workspace.run("build", "--print=bake", SOURCE_DATE_EPOCH="1700000000")
    (target,) = json.loads(done.stdout)["target"].values()
    assert target["args"] == {"SOURCE_DATE_EPOCH": "1700000000"}
    wrong = workspace.run("build", "--print=bake", SOURCE_DATE_EPOCH="yesterday")
    assert wrong.exit_code == 2
    assert "SOURCE_DATE_EPOCH=yesterday is no number of seconds" in wrong.stderr
