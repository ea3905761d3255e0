"""The user's handler class, named in the manifest -> a model, or steps before and after another format's model."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mlspec_runtime.datatypes import Array
from mlspec_runtime.devices import UNKNOWN, Device
from mlspec_runtime.errors import OutputMismatch, StartupError
from mlspec_runtime.fit import UnknownInput
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import Tensors

Step = Callable[[Any], Any]


def load_handler(manifest: Manifest) -> Any:
    """An instance of the class that `handler` (`module:Class`) names; the code's folder goes on the import path.

    One instance for each class: the format that loads with it and the steps around share its state.
    """
    return _load_handler(manifest.handler or "", manifest.code)


@functools.cache
def _load_handler(named: str, code: Path | None) -> Any:
    module_name, _, class_name = named.partition(":")
    if not module_name or not class_name:
        raise StartupError("handler", f"handler is {named!r}; it must be written as module:Class")
    if code is not None and str(code) not in sys.path:
        sys.path.insert(0, str(code))
    found = getattr(importlib.import_module(module_name), class_name, None)
    if not isinstance(found, type):
        raise StartupError("handler", f"module {module_name!r} has no class {class_name!r}")
    return found()


def inner_manifest(manifest: Manifest) -> Manifest:
    """What the format's own model is told: a signature that a step of the handler's stands before is not its own."""
    if manifest.handler is None or manifest.format == "python":
        return manifest
    handler = load_handler(manifest)
    return replace(
        manifest,
        inputs=() if hasattr(handler, "preprocess") else manifest.inputs,
        outputs=() if hasattr(handler, "postprocess") else manifest.outputs,
    )


class HandlerModel:
    """A handler's `preprocess` (if any), `predict` and `postprocess` (if any), each sync or async."""

    platform = "python_handler"
    classes: tuple[str, ...] = ()
    device: Device = UNKNOWN

    def __init__(self, handler: Any, manifest: Manifest) -> None:
        self.inputs: Tensors = manifest.inputs
        self.outputs: Tensors = manifest.outputs
        self._steps = _steps(handler, handler.predict)
        if any(map(inspect.iscoroutinefunction, self._steps)):
            self.predict: Step = self._predict_async
        else:
            self.predict = self._predict

    def _predict(self, inputs: dict[str, Array]) -> dict[str, Array]:
        value: Any = inputs
        for step in self._steps:
            value = step(value)
        return as_outputs(value, self.outputs)

    def misfit(self, error: Exception) -> str | None:
        """Code may refuse zeros for what they are; but an input that is not there is in no request."""
        return str(error) if isinstance(error, UnknownInput) else None

    async def _predict_async(self, inputs: dict[str, Array]) -> dict[str, Array]:
        value: Any = inputs
        for step in self._steps:
            value = step(value)
            if inspect.isawaitable(value):
                value = await value
        return as_outputs(value, self.outputs)


class WrappedModel(HandlerModel):
    """Another format's model between the handler's `preprocess` and `postprocess`."""

    def __init__(self, manifest: Manifest, model: Any) -> None:
        handler = load_handler(manifest)
        self.platform = model.platform
        self.classes = model.classes
        self.device = model.device
        self.inputs = manifest.inputs or (() if hasattr(handler, "preprocess") else model.inputs)
        self.outputs = manifest.outputs or (() if hasattr(handler, "postprocess") else model.outputs)
        self._steps = _steps(handler, model.predict)
        self.predict = self._predict_async if any(map(inspect.iscoroutinefunction, self._steps)) else self._predict
        self._inner = None if hasattr(handler, "preprocess") else model

    def misfit(self, error: Exception) -> str | None:
        return super().misfit(error) or (self._inner.misfit(error) if self._inner else None)


def _steps(handler: Any, predict: Step) -> list[Step]:
    around = (getattr(handler, "preprocess", None), predict, getattr(handler, "postprocess", None))
    return [step for step in around if step is not None]


def as_outputs(value: object, declared: Tensors) -> dict[str, Array]:
    """What a handler returned as named arrays: a mapping by name, or one array for the only output.

    Raises OutputMismatch when one value cannot be an array or its name cannot be known.
    """
    if not isinstance(value, Mapping):
        if len(declared) > 1:
            raise OutputMismatch(f"the handler returned one value for {len(declared)} outputs; return them by name")
        value = {declared[0].name if declared else "output": value}
    try:
        return {str(name): np.asarray(array) for name, array in value.items()}
    except ValueError as error:
        raise OutputMismatch(f"the handler returned rows of different lengths: {error}") from error
