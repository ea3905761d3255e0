"""A module is called after what it is about."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "processor", "data", "info"}


def _modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {path: {path.stem, path.parent.name} & _SAY_NOTHING for path in _modules("compiler", "tests", "benchmarks")}
    assert {str(path): names for path, names in named.items() if names} == {}


def test_every_module_of_the_product_says_what_it_is_about() -> None:
    silent = [path for path in _modules("compiler") if path.stem != "__init__" and not _has_docstring(path)]
    assert silent == []


def _has_docstring(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith('"""')


def test_the_public_names_exist_and_are_imported_only_when_they_are_used() -> None:
    # In a process of its own: here everything has been imported already.
    program = """
import sys, mlspec
assert not any(name.startswith("mlspec.") for name in sys.modules), "importing mlspec imports its stages"
for name in mlspec.__all__:
    value = getattr(mlspec, name)
    assert value.__name__ == {"compile_specs": "compile"}.get(name, name), value
assert callable(mlspec.compile_specs)
assert mlspec.compile_specs(mlspec.FilesInMemory({"specs/empty.yaml": b""})).diagnostics[0].code == "MLS020"
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
