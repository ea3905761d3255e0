"""The public API: the texts of a workspace go in, every file and every finding come out, and nothing is written.

    >>> from mlspec import FilesInMemory, compile_specs
    >>> compilation = compile_specs(FilesInMemory({"specs/empty.yaml": b""}))
    >>> [found.code for found in compilation.diagnostics]
    ['MLS020']

Each name is imported when it is first used, so that `mlspec --help` starts as fast as the interpreter does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compile import Compilation as Compilation
    from .compile import compile as compile_specs
    from .diagnostics import Diagnostic as Diagnostic
    from .diagnostics import Severity as Severity
    from .diagnostics import Span as Span
    from .source.files import Files as Files
    from .source.files import FilesInMemory as FilesInMemory
    from .source.files import FilesOnDisk as FilesOnDisk

# Not `compile`: the submodule of that name would take the place of the function as soon as anything imports it.
_WHERE = {
    "Compilation": ("mlspec.compile", "Compilation"),
    "Diagnostic": ("mlspec.diagnostics", "Diagnostic"),
    "Files": ("mlspec.source.files", "Files"),
    "FilesInMemory": ("mlspec.source.files", "FilesInMemory"),
    "FilesOnDisk": ("mlspec.source.files", "FilesOnDisk"),
    "Severity": ("mlspec.diagnostics", "Severity"),
    "Span": ("mlspec.diagnostics", "Span"),
    "compile_specs": ("mlspec.compile", "compile"),
}

__all__ = [
    "Compilation",
    "Diagnostic",
    "Files",
    "FilesInMemory",
    "FilesOnDisk",
    "Severity",
    "Span",
    "compile_specs",
]


def __getattr__(name: str) -> Any:
    """A public name, the first time that it is asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _WHERE[name]
    value = globals()[name] = getattr(import_module(module), attribute)
    return value
