"""The import contracts of .importlinter hold."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_point_one_way(require_tool: Callable[[str], str]) -> None:
    command = [require_tool("lint-imports"), "--config", ".importlinter", "--no-cache"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
