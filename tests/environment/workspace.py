"""Documents in a few words -> what resolving them gives."""

from __future__ import annotations

import json
from typing import Any

from mlspec.environment.resolve import resolve
from mlspec.environment.resolved import Resolution, ResolvedSpec
from mlspec.source.files import FilesInMemory
from mlspec.source.node import Document
from mlspec.source.read import parse

Spec = dict[str, Any]
MODEL: Spec = {"format": "sklearn", "version": "1.0.0", "uri": "./model.joblib"}


def document(kind: str, name: str, spec: Spec | None = None, file: str = "") -> Document:
    """One document in a file called after it, unless another is given."""
    root = {"apiVersion": "mlspec.dev/v1", "kind": kind, "metadata": {"name": name}}
    text = json.dumps(root | ({} if spec is None else {"spec": spec}), indent=1)
    (read,) = parse(file or f"specs/{name}.yaml", text.encode()).documents
    return read


def model(name: str = "churn", **spec: Any) -> Document:
    return document("Model", name, {"model": MODEL} | spec)


def environment(name: str, **spec: Any) -> Document:
    return document("Environment", name, spec)


def workspace(**spec: Any) -> Document:
    return document("Workspace", "workspace", spec)


def resolved(*documents: Document, complete: bool = True, files: dict[str, bytes] | None = None) -> Resolution:
    return resolve(documents, FilesInMemory(files or {}), complete=complete)


def only(resolution: Resolution) -> ResolvedSpec:
    """The one model in one environment of a workspace without mistakes."""
    assert resolution.diagnostics == []
    (spec,) = resolution.specs
    return spec
