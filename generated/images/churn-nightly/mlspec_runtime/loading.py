"""A manifest -> a verified model in memory, and requests of zeros that warm it up."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mlspec_runtime.datatypes import BYTES, DTYPES, Array
from mlspec_runtime.digest import digest
from mlspec_runtime.errors import StartupError
from mlspec_runtime.formats import Model, load_model
from mlspec_runtime.logs import event, log
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import Tensors


def load_verified(manifest: Manifest) -> Model:
    """Nothing of the model is opened before its digest is right, here or where it was fetched.

    Raises StartupError, whatever goes wrong.
    """
    if manifest.digest is not None and not manifest.verified:
        verify(manifest.path, manifest.digest)
        log.info("digest verified", extra=event(event_action="model-verify", file_hash_sha256=manifest.digest))
    try:
        return load_model(manifest)
    except StartupError:
        raise
    except BaseException as error:
        raise StartupError("load", f"the model cannot be loaded: {type(error).__name__}: {error}") from error


def verify(path: Path | None, expected: str) -> None:
    """Raises StartupError when the model is missing or is not the one that the digest was made of."""
    if path is None or not path.exists():
        raise StartupError("missing", f"the model is missing: {path or 'model.json names no path'}")
    found = digest(path)
    if found != expected:
        raise StartupError("digest", f"the model's digest is {found}, the spec says {expected}; it is not loaded")


def warm_up_inputs(inputs: Tensors) -> dict[str, Array]:
    """Zeros (empty strings for BYTES) of one row, and of length 1 wherever the signature leaves the length open."""
    return {spec.name: _zeros(spec.datatype, tuple(abs(length) for length in spec.shape)) for spec in inputs}


def _zeros(datatype: str, shape: tuple[int, ...]) -> Array:
    if datatype == BYTES:
        return np.full(shape, b"", dtype=object)
    return np.zeros(shape, DTYPES[datatype])
