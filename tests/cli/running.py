"""Arguments and a workspace go in; the real `mlspec`, a process of its own, runs there, and what it did comes out."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAIN = "from mlspec.cli.__main__ import main\n"

_CACHE = tempfile.TemporaryDirectory(prefix="mlspec-tests-")
"""In place of the user's own; gone with this process."""
_PLAIN = {"NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES", "PYTHONPATH", "PYTHONIOENCODING"}


@dataclass(frozen=True)
class Finished:
    """How a process ended and what it said."""

    status: int
    stdout: str
    stderr: str


def environment(**more: str) -> dict[str, str]:
    """The environment of a shell in which mlspec is on PATH, and nothing that whoever runs the tests has set for it."""
    inherited = {name: value for name, value in os.environ.items() if name not in _PLAIN}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**inherited, "PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": _CACHE.name, **more}


def mlspec(folder: Path, *arguments: str, **variables: str) -> Finished:
    """Runs the installed command in a folder."""
    return ended(["mlspec", *arguments], folder, environment(**variables))


def changed_mlspec(folder: Path, change: str, *arguments: str, **variables: str) -> Finished:
    """Runs the command after lines of Python that change it."""
    command = [sys.executable, "-c", f"{MAIN}{change}\nmain()", *arguments]
    return ended(command, folder, environment(**variables))


def ended(command: list[str], folder: Path, variables: Mapping[str, str]) -> Finished:
    finished = subprocess.run(command, cwd=folder, env=variables, capture_output=True, check=False)
    return Finished(finished.returncode, finished.stdout.decode(), finished.stderr.decode())
