"""Two builds of one context, without a cache and from files of other dates and modes, are one image."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlspec.cli.__main__ import mlspec
from tests.conftest import unavailable

from .buildah import Buildah
from .conftest import cache_folder
from .engine import Engine
from .index import host_index

_SPEC = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: twice}
spec:
  # The server's own image has ten times as much to install; what writes files is the same.
  model: {format: vllm, version: 1.0.0, uri: "s3://models/twice/", size: 1Gi}
  build: {baseImage: "python:3.13-slim", systemPackages: [libgomp1]}
  resources: {memory: 32Gi, accelerator: {type: nvidia-l4}}
"""
_ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {name: prod}
spec:
  registry: registry.example.com/ml
  gateway: {name: public, namespace: gateway-system}
  accelerators:
    nvidia-l4: {resource: nvidia.com/gpu}
"""


def test_a_context_has_one_image(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not isinstance(engine, Buildah):
        unavailable("docker or podman is used here, whose images are other tests' as well")
    storage = tmp_path / "storage.conf"
    folder = cache_folder()
    storage.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/storage"\nrunroot = "{folder}/run"\n')
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(storage))
    monkeypatch.setenv("BUILDAH_ISOLATION", "chroot")
    first = tmp_path / "first"
    (first / "specs").mkdir(parents=True)
    (first / "specs/twice.yaml").write_text(f"{_SPEC}---\n{_ENVIRONMENT}")
    _run(first, "compile")
    second = tmp_path / "second"
    shutil.copytree(first, second)
    for path in second.rglob("*"):
        path.chmod(path.stat().st_mode ^ 0o022)
        os.utime(path, (0, 1_000_000_000))
    assert _built(first, tmp_path) == _built(second, tmp_path)


def _built(workspace: Path, scratch: Path) -> str:
    """The image's id, once it is built and its tag is gone."""
    index = host_index(can_mount=True)
    secret = scratch / "pip.conf"
    secret.write_text(index.pip_conf)
    mounts = [f"--volume={host}:{inside}:ro" for host, inside in index.mounts.items()]
    options = ["--no-cache", "--pull-never", f"--secret=id=pip.conf,src={secret}", *mounts]
    said = _run(workspace, "build", "--builder=buildah", *(f"--option={option}" for option in options))
    tag = next(word for word in said.split() if word.startswith("registry.example.com/ml/twice:"))
    image = _buildah("images", "--quiet", "--no-trunc", tag).strip()
    _buildah("rmi", tag)
    return image


def _run(workspace: Path, command: str, *arguments: str) -> str:
    done = CliRunner().invoke(mlspec, [command, "-C", str(workspace), *arguments], catch_exceptions=False)
    assert done.exit_code in (0, 1), done.output
    return done.stdout


def _buildah(*arguments: str) -> str:
    done = subprocess.run(["buildah", *arguments], capture_output=True, text=True, check=True)
    return done.stdout
