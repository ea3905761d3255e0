"""A registry for all tests of a process, and nobody's credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .server import Registry, serving


@pytest.fixture(scope="session")
def registry(require_tool: Callable[[str], str]) -> Iterator[Registry]:
    with serving(require_tool("docker-registry")) as registry:
        yield registry


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user who has logged in nowhere."""
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path
