"""Locks -> the text of their file: which people read in a pull request, and `mlspec compile`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlspec.artifacts.yaml_text import to_yaml
from mlspec.spec.lock import UNPINNED, Lock, LockedImage, LockedModel

_HEAD = "# Written by mlspec lock, and edited by nobody: docs/lock.md tells what it is good for.\n"
_WHY = {
    f"\n    digest: {UNPINNED}\n": "its registry could not be asked",
    f"\n  digest: {UNPINNED}\n": "its store was not read",
}
"""By the line, as an image or a model has it."""


def lock_text(locks: Iterable[Lock]) -> str:
    """In the order of their names, so that a model that is added moves no other."""
    ordered = sorted(locks, key=lambda lock: lock.metadata.name)
    text = to_yaml([_document(lock) for lock in ordered])
    for line, why in _WHY.items():
        text = text.replace(line, f"{line.rstrip()}  # {why}\n")
    return _HEAD + text


def _document(lock: Lock) -> dict[str, Any]:
    images = {name: _image(lock.images[name]) for name in sorted(lock.images)}
    models = [_model(each) for each in sorted(lock.models, key=lambda each: (each.uri, each.revision or ""))]
    return {
        "apiVersion": lock.api_version,
        "kind": lock.kind,
        "metadata": {"name": lock.metadata.name},
        **({"models": models} if models else {}),
        "images": images,
    }


def _image(image: LockedImage) -> dict[str, Any]:
    base: dict[str, Any] = {"baseImage": image.base_image, "digest": image.digest}
    if not image.distributions:
        return base
    return base | {
        "python": image.python,
        "platforms": list(image.platforms),
        "requirements": list(image.requirements),
        "distributions": image.distributions,
    }


def _model(model: LockedModel) -> dict[str, Any]:
    return model.model_dump(by_alias=True, exclude_none=True)
