"""A command line -> what it printed; a failure carries all that it said."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence


def run(argv: Sequence[str], *, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = 600) -> str:
    """Standard output; AssertionError with both streams where the command fails or takes longer than `timeout` s."""
    try:
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, env=env, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"{' '.join(argv)}: no end after {timeout} s\n{late.stdout!r}\n{late.stderr!r}") from None
    assert done.returncode == 0, f"{' '.join(argv)}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
