"""A manifest -> a loaded model. One module for each format, found by its name, which imports its framework on use."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

from mlspec_runtime.datatypes import Array
from mlspec_runtime.devices import Device
from mlspec_runtime.errors import StartupError
from mlspec_runtime.handlers import HandlerModel, WrappedModel, inner_manifest
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import Tensors


class Model(Protocol):
    """A model in memory.

    `inputs` and `outputs` are the declared ones or what the framework knows; empty where neither says.
    `classes` names the rows of a classifier's output, in the order of its columns; empty for anything else.
    """

    platform: str
    inputs: Tensors
    outputs: Tensors
    classes: tuple[str, ...]
    device: Device

    def predict(self, inputs: dict[str, Array]) -> dict[str, Array] | Awaitable[dict[str, Array]]:
        """Called from one thread. Raises InvalidInput when the input is at fault; anything else is the model's."""

    def misfit(self, error: Exception) -> str | None:
        """Why no request that keeps the signature can go well, after zeros raised `error`; None where others may."""


def load_model(manifest: Manifest) -> Model:
    """Raises StartupError when the format is unknown or its framework is missing; else what the framework raises."""
    known = sorted(module.name for module in pkgutil.iter_modules(__path__))
    if manifest.format not in known:
        raise StartupError("format", f"format {manifest.format!r} is not known; this server has {', '.join(known)}")
    module = importlib.import_module(f"{__name__}.{manifest.format}")
    try:
        model: Model = module.load(inner_manifest(manifest))
    except ImportError as error:
        raise StartupError(
            "import", f"format {manifest.format} cannot import what it needs ({error}); add it to build.requirements"
        ) from error
    return model if manifest.handler is None or isinstance(model, HandlerModel) else WrappedModel(manifest, model)


def model_path(manifest: Manifest) -> Path:
    """The model's file or folder; raises StartupError when there is none."""
    if manifest.path is None or not manifest.path.exists():
        raise StartupError("missing", f"the model is missing: {manifest.path or 'model.json names no path'}")
    return manifest.path


def model_file(manifest: Manifest) -> Path:
    """The model's one file: itself, or the only one of its folder; raises StartupError when that says not which."""
    path = model_path(manifest)
    if not path.is_dir():
        return path
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    if len(files) != 1:
        shown = ", ".join(file.relative_to(path).as_posix() for file in files[:5]) or "nothing"
        raise StartupError("file", f"format {manifest.format} is one file; the model's folder has {shown}: name it")
    return files[0]
