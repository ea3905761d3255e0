"""This compiler, its Python and all that is installed there -> a text that changes when one of them does.

What a result depends on besides the workspace. The compiler's own modules are known by their size and times, as Python
knows whether their bytecode is stale; other packages by the folders that they are installed in, which change with each.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec

_SITES = ("site-packages", "dist-packages")


def identity() -> str:
    """Hex digest; it says nothing of a module of another package that somebody edited where it is installed."""
    return hashlib.sha256(
        "\n".join([sys.version, *_own(), *_installed()]).encode("utf-8", "surrogateescape")
    ).hexdigest()


def _own() -> Iterator[str]:
    for package in ("mlspec", "mlspec_runtime"):
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            yield from sorted(_files(folder))


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"


def _installed() -> Iterator[str]:
    for folder in sys.path:
        if os.path.basename(folder) in _SITES and os.path.isdir(folder):
            yield f"{folder} {os.stat(folder).st_mtime_ns}"
