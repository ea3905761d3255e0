"""`model.json`, and what is brought to the pod -> the model's name, version, place, digest and signature."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlspec_runtime import fields
from mlspec_runtime.datatypes import DTYPES
from mlspec_runtime.errors import StartupError
from mlspec_runtime.settings import Delivered
from mlspec_runtime.signature import Tensors, TensorSpec


@dataclass(frozen=True, slots=True)
class Manifest:
    """Paths are absolute. `digest` is `sha256:<hex>`; `handler` is `module:Class`; empty tuples: not declared.

    `verified` where whoever brought the model has compared its digest.
    """

    name: str
    version: str
    format: str
    path: Path | None = None
    digest: str | None = None
    predict: str = "predict"
    handler: str | None = None
    code: Path | None = None
    inputs: Tensors = ()
    outputs: Tensors = ()
    verified: bool = False


def read_manifest(file: Path, delivered: Delivered | None = None) -> Manifest:
    """Raises StartupError when the file is missing or does not say what a manifest must.

    A model that was `delivered` brings its version, place and digest itself: the image need not change with it.
    """
    brought = asdict(delivered) if delivered else {}
    try:
        document = json.loads(file.read_bytes())
        required = [key for key in ("name", "version", "format") if key not in brought]
        found = fields.read_object(document, file.name, _FIELDS, required)
    except (OSError, ValueError) as error:
        raise StartupError("manifest", f"{error}. Compile the model again and rebuild its image.") from error
    for key in ("path", "code"):
        if key in found:
            found[key] = (file.parent / found[key]).resolve()
    return Manifest(**{**found, **brought})


def _dimension(value: object) -> int:
    return fields.whole(-1)(value)


def _tensor(value: object) -> TensorSpec:
    known: dict[str, fields.Read[Any]] = {
        "name": fields.text,
        "datatype": fields.one_of(*DTYPES),
        "shape": fields.each(_dimension),
    }
    return TensorSpec(**fields.read_object(value, "tensor", known, list(known)))


_FIELDS: dict[str, fields.Read[Any]] = {
    "name": fields.text,
    "version": fields.text,
    "format": fields.text,
    "path": fields.text,
    "digest": fields.text,
    "predict": fields.one_of("predict", "predict_proba", "decision_function"),
    "handler": fields.text,
    "code": fields.text,
    "inputs": fields.each(_tensor),
    "outputs": fields.each(_tensor),
}
