"""An index with what an image needs, a registry with its base, and a workspace that asks for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.__main__ import mlspec
from mlspec.plan.image import fetch_requirements, runtime_requirements
from tests.registry.server import Registry, serving

from .index import LINUX, Index, Release

BASE = "python:3.13-slim"


@pytest.fixture(scope="session")
def registry(require_tool: Callable[[str], str]) -> Iterator[Registry]:
    with serving(require_tool("docker-registry")) as registry:
        yield registry


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_tool: Callable[[str], str]) -> Index:
    """Has the server's own distributions, `scorer` for each platform, and `cards` for amd64 alone; uv asks no other."""
    require_tool("uv")
    found = Index(tmp_path / "index")
    pins = (line.partition("==") for line in (*runtime_requirements(), *fetch_requirements()))
    found.add(*(Release(name, version) for name, _, version in pins))
    found.add(
        Release("scorer", "1.0", ("numpy", "cards ; platform_machine == 'x86_64'"), LINUX),
        Release("cards", "7.0", (), LINUX[:1]),
        *(Release(name, "1.0") for name in ("scikit-learn", "skops", "obstore")),
    )
    monkeypatch.setenv("UV_DEFAULT_INDEX", found.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "XDG_RUNTIME_DIR", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return found


@dataclass(frozen=True)
class Workspace:
    """A model `churn` of format python, built from the test registry's base."""

    root: Path
    registry: Registry
    base: str
    """The digest of its base image."""

    @property
    def spec(self) -> Path:
        return self.root / "specs/churn/model.yaml"

    @property
    def lock(self) -> str:
        return (self.root / "specs/churn/model.lock").read_text()

    def write(self, build: str = "requirements: [scorer==1.0]", more: str = "") -> None:
        """The spec, with more lines of `build` and of `spec`."""
        image = f"{self.registry.name}/{BASE}"
        self.spec.write_text(
            f"apiVersion: mlspec.dev/v1\nkind: Model\nmetadata: {{name: churn}}\nspec:\n"
            f"  model: {{format: python, version: 1.0.0}}\n  build:\n    python: '3.13'\n"
            f"    baseImage: {image}\n    code: ./src\n    handler: handler:Handler\n    {build}\n{more}"
        )

    def run(self, *arguments: str) -> Result:
        """The command line, in this process."""
        command, *rest = arguments
        return CliRunner().invoke(mlspec, [command, "-C", str(self.root), *rest], catch_exceptions=False)


@pytest.fixture
def workspace(tmp_path: Path, index: Index, registry: Registry) -> Workspace:
    assert index.folder.is_dir()
    found = Workspace(tmp_path / "workspace", registry, registry.push("python", "3.13-slim"))
    (found.root / "specs/churn/src").mkdir(parents=True)
    code = "class Handler:\n    def predict(self, inputs):\n        return inputs\n"
    (found.root / "specs/churn/src/handler.py").write_text(code)
    found.write()
    return found
