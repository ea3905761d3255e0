"""A build or a push that is killed half way leaves nothing that a person must remove, and the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from tests.cli.running import MAIN

from .conftest import Workspace

_PATIENCE = 60.0


def test_a_killed_build_is_built_by_the_next_run(workspace: Workspace) -> None:
    """Killed as soon as buildah runs, with all that it had started."""
    variables = {**os.environ, **workspace.variables}
    command = [
        sys.executable,
        "-c",
        f"{MAIN}\nmain()",
        "build",
        "-C",
        str(workspace.root),
        "--builder=buildah",
        "--push",
    ]
    process = subprocess.Popen(
        command,
        cwd=workspace.root,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + _PATIENCE
    while not _builds(process.pid) and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = workspace.build("--push")
    assert done.exit_code == 0, done.output
    assert "1 image: 1 made by buildah" in done.stdout or "it exists" in done.stdout
    assert "it exists" in workspace.build("--push").stdout


def _builds(process: int) -> bool:
    """Whether a child of the process is a buildah that builds or pushes."""
    listed = subprocess.run(
        ["ps", "--no-headers", "-o", "args", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return any(word in listed.stdout for word in ("buildah build", "buildah push"))
