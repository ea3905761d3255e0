"""An image's plan -> the model server's own source, as this compiler's installation has it, in one archive.

One file of the tree and not a hundred for each model: who reviews a new model sees the model, and `ADD` unpacks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.artifacts.file import File
from mlspec.artifacts.registry import context
from mlspec.plan.image import RUNTIME, runtime_folder

from .archive import archive

if TYPE_CHECKING:
    from mlspec.plan.image import ImagePlan

_FETCH_NEEDS = ("__init__.py", "digest.py", "errors.py", "py.typed")
"""What of the package fetching a model imports; a change of our server is no reason to build vLLM's image anew."""


@context
def runtime(plan: ImagePlan) -> Iterator[File]:
    if plan.runtime:
        yield File(f"{plan.folder}/{plan.runtime}", _archive(whole=plan.server == "mlspec"))


@cache
def _archive(*, whole: bool) -> bytes:
    sources = sorted(_walk(runtime_folder(), ""))
    needed = (path for path in sources if whole or path.startswith("fetch/") or path in _FETCH_NEEDS)
    return archive((f"{RUNTIME}/{path}", runtime_folder().joinpath(path).read_bytes()) for path in needed)


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__pycache__")) or entry.suffix in (".pyc", ".pyo"):
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}"
