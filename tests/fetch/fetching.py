"""`python -m mlspec_runtime.fetch` as a process of its own, as an init container starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlspec_runtime

PATIENCE = 120.0
MEGABYTE = 2**20


@dataclass(frozen=True)
class Ended:
    status: int
    log: list[dict[str, Any]]
    raw: str

    @property
    def reason(self) -> str:
        """The one line that says why there is no model."""
        (line,) = (each for each in self.log if each.get("event.outcome") == "failure")
        assert line is self.log[-1]
        return f"{line['event.reason']}: {line['message']}"


def start(target: Path, uri: str, *more: str, **environ: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HF_", "http"))}
    command = [
        sys.executable,
        "-m",
        "mlspec_runtime.fetch",
        f"--uri={uri}",
        f"--size={100 * MEGABYTE}",
        f"--target={target}",
    ]
    return subprocess.Popen(
        [*command, *more],
        env={**inherited, "PYTHONPATH": str(Path(mlspec_runtime.__file__).parents[1]), "no_proxy": "*", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> Ended:
    raw, _ = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, [json.loads(line) for line in raw.splitlines() if line.startswith("{")], raw)


def fetch(target: Path, uri: str, *more: str, **environ: str) -> Ended:
    """Until it has ended."""
    return end(start(target, uri, *more, **environ))


def content(target: Path) -> dict[str, bytes]:
    """What the server would find."""
    folder = target / "files"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
