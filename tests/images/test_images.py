"""Generated build contexts become images that serve a model, whatever else about the plan."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from mlspec.artifacts.file import Copied
from mlspec.artifacts.registry import render_context
from mlspec.plan.image import ImagePlan

from .cases import CASES, LARGE, Case
from .conftest import require_large_images, require_module
from .engine import Engine
from .serving import LEFTOVER, check_config, check_image

Build = Callable[[str], tuple[Case, str]]


def write_context(plan: ImagePlan, workspace: Path) -> Path:
    for output in render_context(plan):
        path = workspace / output.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(output, Copied):
            shutil.copy(workspace / output.source, path)
        else:
            path.write_bytes(output.content)
    context = workspace / plan.folder
    for folder in ("", "model/__pycache__"):
        (context / folder).mkdir(parents=True, exist_ok=True)
        (context / folder / LEFTOVER).write_text("written by something that ran here\n")
    return context


@pytest.fixture(scope="module")
def build(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A case and the id of its image, which is built once."""

    @cache
    def built(kind: str) -> tuple[Case, str]:
        folder = tmp_path_factory.mktemp(kind)
        case = CASES[kind](folder)
        return case, engine.build(write_context(case.plan, folder))

    return built


@pytest.mark.parametrize("kind", CASES)
def test_image_serves_its_model(kind: str, engine: Engine, build: Build) -> None:
    if kind in LARGE:
        require_large_images()
    require_module(kind)
    case, image = build(kind)
    check_config(engine.config(image), case.plan.labels)
    check_image(engine, image, case.plan.model, case.inputs, case.expected)


def test_image_serves_as_any_user(engine: Engine, build: Build) -> None:
    """OpenShift gives each namespace its own high uid and group 0; nothing in passwd knows it."""
    case, image = build("python")
    check_image(engine, image, case.plan.model, case.inputs, case.expected, user=(1_000_690_000, 0))
