"""Every module of the compiler is imported, so that every code is declared and every rule is known."""

from __future__ import annotations

import importlib
import pkgutil

import mlspec


def load_all() -> None:
    for module in pkgutil.walk_packages(mlspec.__path__, "mlspec."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
