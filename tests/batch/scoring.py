"""An image's folder and words -> `python -m mlspec_runtime batch` as a process, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.batch.warm import run_warm

PATIENCE = 120


@dataclass(frozen=True)
class Ended:
    """`records` are the lines of its log."""

    status: int
    records: list[dict[str, Any]]

    @property
    def last(self) -> dict[str, Any]:
        return self.records[-1]

    @property
    def reason(self) -> object:
        return self.last.get("event.reason")


def start(
    image: Path, source: object, target: object, *words: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """All shards, unless `environment` says which one."""
    return subprocess.Popen(
        [sys.executable, "-m", "mlspec_runtime", *_words(source, target, *words)],
        cwd=image,
        env=_environment(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> Ended:
    shown, _ = process.communicate(timeout=PATIENCE)
    return _ended(process.returncode, shown)


def _words(source: object, target: object, *words: str) -> list[str]:
    return ["batch", f"--input={source}", f"--output={target}", *words]


def _environment(more: dict[str, str] | None) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MLSPEC_", "JOB_"))}
    return {**inherited, **(more or {})}


def _ended(status: int, shown: str) -> Ended:
    lines = [line for line in shown.splitlines() if line]
    records = [json.loads(line) if line.startswith("{") else {"message": line} for line in lines]
    return Ended(status, records)


def run(image: Path, source: object, target: object, *words: str, environment: dict[str, str] | None = None) -> Ended:
    """To its end, in a process that need not import anything."""
    return _ended(*run_warm(image, _words(source, target, *words), _environment(environment)))


def left(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*"))
