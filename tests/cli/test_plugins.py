"""Pydantic without its plugins: what it imports to look for them comes when somebody else asks for it, and whole."""

from __future__ import annotations

import subprocess
import sys

_LATE = """
import sys
from mlspec.cli._plugins import without_plugins
without_plugins()
import pydantic
class Probe(pydantic.BaseModel):
    number: int
assert Probe(number=1).number == 1
assert "importlib.metadata._meta" not in sys.modules, "imported after all"
"""
_ASKED = """
import importlib.metadata
assert importlib.metadata.version("click")
from importlib.metadata import PackageNotFoundError, entry_points
assert entry_points(group="console_scripts")
from importlib.metadata import _meta
assert importlib.metadata is sys.modules["importlib.metadata"]
assert importlib.metadata.PackageNotFoundError is PackageNotFoundError
"""


def test_metadata_comes_when_it_is_asked_for() -> None:
    subprocess.run([sys.executable, "-c", _LATE + _ASKED], check=True)
    subprocess.run([sys.executable, "-c", _LATE + "from importlib.metadata import entry_points\n" + _ASKED], check=True)
