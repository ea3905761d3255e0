"""Servers forked from a process that has imported their framework: `python main.py` without the seconds that it takes.

Each is a process of its own, with its own sockets, signals and status. What Python and libraries do with the
environment of their start is done already, so a server with variables of its own starts from nothing, and so do those
of the examples (`tests/examples`, `tests/conformance`).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

_SERVER = ("httptools", "numpy", "orjson", "simdjson", "uvicorn.protocols.http.httptools_impl", "uvloop")
_FRAMEWORKS: Mapping[str, tuple[str, ...]] = {
    "sklearn": ("joblib", "sklearn.linear_model", "sklearn.pipeline", "sklearn.preprocessing"),
    "xgboost": ("xgboost",),
    "lightgbm": ("lightgbm",),
    "onnx": ("onnxruntime",),
    "pytorch": ("torch",),
    "transformers": ("torch", "transformers.pipelines", "transformers.models.auto.modeling_auto"),
}
_START = "import sys; from tests.runtime.warm import serve; serve(int(sys.argv[1]), sys.argv[2:])"


class Forked:
    """What the tests need of `subprocess.Popen`; the parent of the server tells its id, and how it ended."""

    def __init__(self, output: int, told: int) -> None:
        self.stdout = os.fdopen(output, encoding="utf-8")
        self.returncode: int | None = None
        self._told = os.fdopen(told, encoding="ascii")
        self.pid = int(self._told.readline())

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("main.py", timeout or 0)
            self._end()
        assert self.returncode is not None
        return self.returncode

    def _end(self) -> None:
        self.returncode = int(self._told.readline())
        self._told.close()

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def start_warm(folder: Path, environment: Mapping[str, str]) -> Forked:
    """`python main.py` in that folder."""
    framework = json.loads((folder / "model.json").read_text(encoding="utf-8")).get("format", "")
    (asked, asks), (output, prints), (told, tells) = (os.pipe() for _ in range(3))
    socket.send_fds(_warm(framework), [b"!"], [asked, prints, tells])
    for descriptor in (asked, prints, tells):
        os.close(descriptor)
    with os.fdopen(asks, "w", encoding="utf-8") as request:
        json.dump([str(folder), dict(environment)], request)
    return Forked(output, told)


@cache
def _warm(framework: str) -> socket.socket:
    """The connection to the process that has imported the framework."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(theirs.fileno()), *_SERVER, *_FRAMEWORKS.get(framework, ())],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve(connection: int, modules: list[str]) -> None:
    """Forks for each request until the connection ends."""
    for module in modules:
        importlib.import_module(module)
    gc.freeze()
    with socket.socket(fileno=connection) as requests:
        while True:
            word, descriptors, *_ = socket.recv_fds(requests, 1, 3)
            if not word:
                _bury()
                return
            if not os.fork():
                requests.close()
                _watch(*descriptors)
                return
            for descriptor in descriptors:
                os.close(descriptor)
            _bury()


def _bury() -> None:
    """Takes the status of every child that has ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _watch(asked: int, output: int, tells: int) -> None:
    """Becomes the parent of a server; its child returns when the server does."""
    server = os.fork()
    if not server:
        os.close(tells)
        _become(asked, output)
        return
    os.close(asked)
    os.close(output)
    os.write(tells, b"%d\n" % server)
    status = os.waitstatus_to_exitcode(os.waitpid(server, 0)[1])
    os.write(tells, b"%d\n" % status)
    os._exit(0)


def _become(asked: int, output: int) -> None:
    """What the interpreter does with `main.py` after its imports."""
    with os.fdopen(asked, encoding="utf-8") as request:
        folder, environment = json.load(request)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:1] = [folder, *environment["PYTHONPATH"].split(os.pathsep)]
    sys.argv[:] = ["main.py"]
    runpy.run_path(f"{folder}/main.py", run_name="__main__")
