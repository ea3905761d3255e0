"""A registry, buildah with a storage of its own, and a workspace whose image is built in a second."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.__main__ import mlspec
from tests.conftest import unavailable
from tests.images.buildah import cannot_run
from tests.registry.server import Registry, serving

EMPTY = '{"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": []}}'
"""The configuration of an image that nothing lies in: with it as the base, only what mlspec adds is built."""
_MODEL = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {{name: {name}}}
spec:
  model: {{format: vllm, version: 1.0.0, uri: "pvc://models/{name}", size: 1Gi}}
  build: {{baseImage: "{registry}/vllm:1"}}
  resources: {{memory: 32Gi, accelerator: {{type: nvidia-l4}}}}
"""
_ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {{name: {name}}}
spec:
  registry: {registry}/{name}
  gateway: {{name: public, namespace: gateway-system}}
  accelerators:
    nvidia-l4: {{resource: nvidia.com/gpu}}
"""


@pytest.fixture(scope="session")
def registry(require_tool: Callable[[str], str]) -> Iterator[Registry]:
    with serving(require_tool("docker-registry")) as registry:
        registry.push("vllm", "1", EMPTY)
        yield registry


@pytest.fixture(scope="session")
def storage(require_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a buildah that keeps its images to itself."""
    require_tool("buildah")
    if reason := cannot_run():
        unavailable(reason)
    folder = tmp_path_factory.mktemp("storage")
    settings = folder / "storage.conf"
    settings.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n')
    variables = {"CONTAINERS_STORAGE_CONF": str(settings), "BUILDAH_ISOLATION": "chroot", "HOME": str(folder)}
    yield variables
    subprocess.run(
        ["buildah", "rmi", "--all", "--force"], env={**os.environ, **variables}, capture_output=True, check=False
    )


@dataclass(frozen=True)
class Workspace:
    """Compiled for `prod` and `staging`, each with a registry of its own."""

    root: Path
    registry: Registry
    variables: dict[str, str]

    def run(self, *arguments: str, **variables: str) -> Result:
        """The command line, in this process."""
        command, *rest = arguments
        runner = CliRunner(env={**self.variables, **variables})
        return runner.invoke(mlspec, [command, "-C", str(self.root), *rest], catch_exceptions=False)

    def build(self, *arguments: str, **variables: str) -> Result:
        return self.run("build", "--builder=buildah", *arguments, **variables)

    def images(self) -> list[str]:
        """Names in buildah's storage."""
        command = ["buildah", "images", "--format", "{{.Name}}:{{.Tag}}"]
        done = subprocess.run(command, env={**os.environ, **self.variables}, capture_output=True, text=True, check=True)
        return [line for line in done.stdout.splitlines() if "/vllm:" not in line]


@pytest.fixture
def workspace(tmp_path: Path, registry: Registry, storage: dict[str, str]) -> Workspace:
    """The model is called as no other test's is: an image that another test has built would be there."""
    found = Workspace(tmp_path / "workspace", registry, storage)
    (found.root / "specs/environments").mkdir(parents=True)
    for name in ("prod", "staging"):
        text = _ENVIRONMENT.format(name=name, registry=registry.name)
        (found.root / f"specs/environments/{name}.yaml").write_text(text)
    add_model(found, f"chat-{zlib.crc32(bytes(tmp_path))}")
    return found


def add_model(workspace: Workspace, name: str) -> str:
    """Writes a model's spec and compiles it."""
    folder = workspace.root / "specs" / name
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text(_MODEL.format(name=name, registry=workspace.registry.name))
    done = workspace.run("compile")
    assert done.exit_code == 1, done.output
    return name


@pytest.fixture
def without_builders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH on which there is only git."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").symlink_to(shutil.which("git") or "/usr/bin/git")
    monkeypatch.setenv("PATH", str(folder))
    return folder
