"""KServe's own REST client against the server."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import unavailable
from tests.runtime.running import Running

CLIENT = Path(__file__).with_name("kserve_client.py")
VARIABLE = "MLSPEC_KSERVE_PYTHON"


def python_with_kserve() -> str:
    """An interpreter that has it: the one that a variable names, or this one."""
    if named := os.environ.get(VARIABLE):
        return named
    if importlib.util.find_spec("kserve") is None:
        unavailable(f"kserve is not installed; {VARIABLE} may name the Python of an environment that has it")
    return sys.executable


def test_health_and_inference(churn: Running, cancer: tuple[Any, Any]) -> None:
    python, rows = python_with_kserve(), cancer[0][:20].tolist()
    asked = {"address": f"http://127.0.0.1:{churn.port}", "model": "churn", "rows": rows}
    done = subprocess.run([python, CLIENT], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = cancer[1][:20].tolist()
    # Its log goes to the same stream, a line at a time.
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"live": True, "ready": True, "model": True, "json": expected, "binary": expected}
