"""Generated build contexts become images that serve a model, whatever else about the plan."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlspec.artifacts.file import Copied
from mlspec.artifacts.registry import render_context
from mlspec.plan.image import ImagePlan

from .cases import CASES, LARGE
from .conftest import require_large_images, require_module
from .engine import Engine
from .serving import LEFTOVER, check_config, check_image


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


@pytest.mark.parametrize("kind", CASES)
def test_image_serves_its_model(kind: str, engine: Engine, tmp_path: Path) -> None:
    if kind in LARGE:
        require_large_images()
    require_module(kind)
    case = CASES[kind](tmp_path)
    image = engine.build(write_context(case.plan, tmp_path))
    check_config(engine.config(image), case.plan.labels)
    check_image(engine, image, case.plan.model, case.inputs, case.expected)


def test_image_serves_as_any_user(engine: Engine, tmp_path: Path) -> None:
    """OpenShift gives each namespace its own high uid and group 0; nothing in passwd knows it."""
    case = CASES["onnx"](tmp_path)
    image = engine.build(write_context(case.plan, tmp_path))
    check_image(engine, image, case.plan.model, case.inputs, case.expected, user=(1_000_690_000, 0))
