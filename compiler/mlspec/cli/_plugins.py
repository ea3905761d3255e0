"""Keeps pydantic from looking for plugins: none has a say in what a spec means, and looking would slow each start."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_METADATA = "importlib.metadata"


def without_plugins() -> None:
    """To be called before pydantic is imported."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Pydantic imports this all the same, and with it a parser of mail and of archives: a twentieth of a short compile.
    if _METADATA not in sys.modules:
        late = _Late(_METADATA)
        sys.modules[_METADATA] = late
        vars(importlib)["metadata"] = late


class _Late(ModuleType):
    """Stands for the module until somebody uses it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = [str(Path(folder, "metadata")) for folder in importlib.__path__]

    def __getattr__(self, name: str) -> Any:
        if name == "entry_points":
            return lambda **wanted: _real().entry_points(**wanted)
        return getattr(_real(), name)


def _real() -> ModuleType:
    if isinstance(sys.modules.get(_METADATA), _Late):
        del sys.modules[_METADATA]
    return importlib.import_module(_METADATA)
