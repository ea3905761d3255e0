"""Repositories that commit through a hook of this project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import WORKSPACE
from tests.cli.running import mlspec

from .repository import Repository


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> dict[str, Repository]:
    """For each hook a repository that has it, with a compiled workspace committed; not to be changed."""
    for tool in ("git", "pre-commit"):
        require_tool(tool)
    made = {}
    for hook in ("mlspec-compile", "mlspec-check"):
        base = tmp_path_factory.mktemp(hook)
        repository = Repository(base / "workspace", base / "home")
        shutil.copytree(WORKSPACE, repository.root)
        assert mlspec(repository.root, "compile").stderr == ""
        repository.git("init", "--quiet", "--initial-branch", "main")
        repository.install(hook)
        made[hook] = repository
    return made


@pytest.fixture
def compiling(installed: dict[str, Repository], tmp_path: Path) -> Repository:
    """A repository in which every commit compiles first."""
    return _copied(installed["mlspec-compile"], tmp_path)


@pytest.fixture
def checking(installed: dict[str, Repository], tmp_path: Path) -> Repository:
    """A repository in which every commit is checked first."""
    return _copied(installed["mlspec-check"], tmp_path)


def _copied(repository: Repository, folder: Path) -> Repository:
    return Repository(Path(shutil.copytree(repository.root, folder / "workspace")), repository.home)
