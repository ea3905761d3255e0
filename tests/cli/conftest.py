"""A workspace of two models and two environments, compiled, for each test to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .running import mlspec

WORKSPACE = Path(__file__).parent / "workspace"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace as it is after `mlspec compile`; not to be changed."""
    root = tmp_path_factory.mktemp("compiled")
    shutil.copytree(WORKSPACE, root, dirs_exist_ok=True)
    assert mlspec(root, "compile").stderr == ""
    return root


@pytest.fixture
def workspace(compiled: Path, tmp_path: Path) -> Path:
    """A compiled workspace."""
    return Path(shutil.copytree(compiled, tmp_path / "workspace"))
