"""A program and its arguments -> seconds of wall clock, seconds of CPU and peak memory of that one process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True, slots=True)
class Run:
    """What one run cost; ordered by wall clock. `memory` is in MiB."""

    seconds: float
    cpu: float
    memory: float


def run(arguments: Sequence[str], directory: Path, *, expect: Iterable[int] = (0,)) -> Run:
    """Runs a program to its end; RuntimeError with what it said where its exit status is not expected."""
    # A benchmark's numbers are a user's only with the bytecode that every second start finds.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(arguments, cwd=directory, env=environment, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in expect:
            said.seek(0)
            raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}: {said.read()[-500:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def best(arguments: Sequence[str], directory: Path, times: int) -> Run:
    """The quickest of several runs: what else happens on the machine can only add."""
    return min(run(arguments, directory) for _ in range(times))
