"""An image's plan -> the model server's own source, as this compiler's installation has it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from mlspec.artifacts.file import File
from mlspec.artifacts.registry import context

if TYPE_CHECKING:
    from mlspec.plan.image import ImagePlan

_PACKAGE = "mlspec_runtime"
_FETCH_NEEDS = ("__init__.py", "digest.py", "errors.py", "py.typed")
"""What of the package fetching a model imports; a change of our server is no reason to build vLLM's image anew."""


@context
def runtime(plan: ImagePlan) -> Iterator[File]:
    if plan.server != "mlspec" and not plan.fetches:
        return
    for path, content in _sources():
        if plan.server == "mlspec" or path.startswith("fetch/") or path in _FETCH_NEEDS:
            yield File(f"{plan.folder}/{_PACKAGE}/{path}", content)


@cache
def _sources() -> tuple[tuple[str, bytes], ...]:
    return tuple(sorted(_walk(files(_PACKAGE), "")))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__pycache__")) or entry.name.endswith((".pyc", ".pyo")):
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_bytes()
