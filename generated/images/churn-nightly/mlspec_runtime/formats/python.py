"""The user's own handler class -> a model: it loads, predicts and, where it wants, pre- and post-processes."""

from __future__ import annotations

from mlspec_runtime.errors import StartupError
from mlspec_runtime.formats import Model
from mlspec_runtime.handlers import HandlerModel, load_handler
from mlspec_runtime.manifest import Manifest


def load(manifest: Manifest) -> Model:
    """Raises StartupError when the manifest names no handler, or one without `predict`."""
    handler = load_handler(manifest)
    if not hasattr(handler, "predict"):
        raise StartupError("handler", f"handler {manifest.handler} has no method 'predict', which format python needs")
    if hasattr(handler, "load"):
        handler.load(manifest.path)
    return HandlerModel(handler, manifest)
