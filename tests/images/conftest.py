"""The container engine of this machine: docker or podman where they reach a registry, otherwise buildah."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import unavailable

from .buildah import PROGRAMS, Buildah, cannot_run
from .docker import Docker, reaches_registry
from .engine import Engine

pytest.register_assert_rewrite("tests.images.serving")


def require_large_images() -> None:
    if os.environ.get("MLSPEC_GPU_IMAGES") != "1":
        pytest.skip("gigabytes of CUDA libraries and minutes: built only with MLSPEC_GPU_IMAGES=1")


def require_module(kind: str) -> None:
    """Calls the test off where the framework that makes the model is not installed here."""
    if kind in ("xgboost", "lightgbm", "transformers") and importlib.util.find_spec(kind) is None:
        unavailable(f"{kind} is not installed (pip install 'mlspec[formats]')")


@pytest.fixture(scope="session")
def engine(require_tool: Callable[[str], str]) -> Iterator[Engine]:
    for program in ("docker", "podman"):
        if shutil.which(program) and reaches_registry(program):
            yield Docker(program)
            return
    for program in PROGRAMS:
        require_tool(program)
    reason = cannot_run()
    if reason:
        unavailable(reason)
    with Buildah(cache_folder()).session() as buildah:
        yield buildah


def cache_folder() -> Path:
    """Outlives the run, since the base image takes longest."""
    home = os.environ.get("XDG_CACHE_HOME") or (Path.home() / ".cache" if Path.home().is_dir() else None)
    return Path(home or tempfile.gettempdir(), "mlspec-tests", "images")
