"""A laid-out build context -> its server, or its batch, as a process of this machine, whose output is read by lines."""

from __future__ import annotations

import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .context import SETTINGS

HOST = "127.0.0.1"
_NOT_INHERITED = ("MLSPEC_", "PROMETHEUS_MULTIPROC_DIR", "PYTHONSAFEPATH")
"""Would make the server another than the spec's, or hide the context's own modules from it."""

_PR_SET_PDEATHSIG = 1


class Process:
    """`records` gets each line of its log as an object, None at its end; other output is a `message` alone."""

    def __init__(self, folder: Path, words: Sequence[str], variables: Mapping[str, str]) -> None:
        """`words` for Python, in `folder`."""
        self.records: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, *words],
            cwd=folder,
            env={**inherited, "PYTHONUNBUFFERED": "1", **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            preexec_fn=_end_with_parent() if sys.platform == "linux" else None,  # noqa: PLW1509 - no thread runs yet
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        with self._process.stdout as lines:
            for line in lines:
                self.records.put(_record(line.rstrip("\n")))
        self.records.put(None)

    def terminate(self) -> None:
        """Asks it to answer what it has accepted and to end."""
        if self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()

    def status(self) -> int:
        """Waits for its end; negative where a signal ended it."""
        return self._process.wait()


def _end_with_parent() -> Callable[[], object]:
    """For the child to call: the kernel then terminates it when whoever started it is gone, killed or not.

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    library = ctypes.CDLL(None)  # loaded before the fork: after it, only what is there may be called
    return lambda: library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Server(Process):
    """The server of a context, on `port` of this machine."""

    def __init__(self, folder: Path, port: int, variables: Mapping[str, str]) -> None:
        own = {"MLSPEC_HOST": HOST, "MLSPEC_PORT": str(port), "MLSPEC_SETTINGS": str(folder / SETTINGS)}
        super().__init__(folder, ["main.py"], {**variables, **own})


def _record(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    return value if isinstance(value, dict) and "log.level" in value else {"message": line}
