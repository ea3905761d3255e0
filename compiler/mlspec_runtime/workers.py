"""Several processes that serve one model on one port: started, watched and stopped by a parent that serves nothing.

They share the listening socket and a folder for prometheus-client's figures, so that a scrape of any is one of all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec_runtime.logs import fields, log, take_turns

_SOCKET = "MLSPEC_WORKER_SOCKET"
_FIRST = "MLSPEC_WORKER_FIRST"
_OPEN = "open"
_LOG = "log"
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
_CODE = "import sys, pathlib, mlspec_runtime; mlspec_runtime.serve(pathlib.Path(sys.argv[1]))"
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


@dataclass(frozen=True, slots=True)
class Worker:
    """This process among its like. One listens from the start, to be probed; the others once it is ready.

    It is when all have loaded: a pod that one of them calls ready must have none that listens and is not.
    """

    listener: socket.socket
    is_alone: bool = False
    listens_at_once: bool = True
    siblings: Path | None = None

    @property
    def log_turns(self) -> Path | None:
        """The file by which all of them take turns at writing a line; None where there is but one."""
        return self.siblings / _LOG if self.siblings else None

    def tell_loaded(self) -> None:
        """The first, which waits for all of them."""
        if self.siblings is not None:
            (self.siblings / f"loaded.{os.getpid()}").touch()

    def may_open(self, workers: int) -> bool:
        """Whether this one may answer requests, when it has loaded."""
        if self.siblings is None:
            return True
        if self.listens_at_once:
            return sum(1 for _ in self.siblings.glob("loaded.*")) >= workers
        return (self.siblings / _OPEN).exists()

    def tell_open(self) -> None:
        """The others, which wait for the first."""
        if self.siblings is not None:
            (self.siblings / _OPEN).touch()


def this_worker(environ: Mapping[str, str]) -> Worker | None:
    """None in a process that no parent of workers has started."""
    if _SOCKET not in environ:
        return None
    listener = socket.socket(fileno=int(environ[_SOCKET]))
    return Worker(listener, listens_at_once=environ.get(_FIRST) == "1", siblings=Path(environ[_FIGURES]))


def supervise(model_json: Path, listener: socket.socket, count: int) -> int:
    """Keeps `count` workers running until SIGTERM or SIGINT; 1 when one of them cannot start, else 0.

    A worker that dies later is replaced by one that listens once it has loaded.
    """
    listener.listen(2048)
    signals = _signals()
    with _folder() as figures:
        take_turns(figures / _LOG)
        supervisor = _Supervisor(model_json, listener, figures)
        for _ in range(count):
            supervisor.start()
        return supervisor.watch(signals)


class _Supervisor:
    def __init__(self, model_json: Path, listener: socket.socket, figures: Path) -> None:
        self._model_json = model_json
        self._listener = listener
        self._figures = figures
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._first = 0
        self._stopping = False
        self._status = 0

    def start(self) -> None:
        if self._stopping:
            return
        # Until it is ready there is always one that can be probed, for which the others wait.
        first = self._first not in self._running and not (self._figures / _OPEN).exists()
        environ = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            _SOCKET: str(self._listener.fileno()),
            _FIGURES: str(self._figures),
            _FIRST: "1" if first else "0",
        }
        command = [sys.executable, "-c", _CODE, str(self._model_json)]
        try:
            process = subprocess.Popen(command, env=environ, pass_fds=[self._listener.fileno()])  # noqa: S603 - ourselves
        except OSError as error:
            outcome = {"event.action": "worker-start", "event.outcome": "failure"}
            log.error(f"a worker cannot be started: {error}", extra=fields(outcome))
            self._give_up()
            return
        self._running[process.pid] = process
        if first:
            self._first = process.pid

    def watch(self, signals: int) -> int:
        """Until the last worker has ended; `signals` is what `_signals` gives."""
        while self._running:
            for number in os.read(signals, 64):
                if number == signal.SIGCHLD:
                    self._bury()
                elif number in _SIGNALS:  # a debugger or a profiler may have signals of its own
                    self._stop()
        return self._status

    def _bury(self) -> None:
        """All that have ended, orphans that a container's first process is given too: one signal may stand for many."""
        while self._running:
            pid, waited = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            process = self._running.pop(pid, None)
            if process is None:
                continue
            process.returncode = os.waitstatus_to_exitcode(waited)
            self._forget(pid)
            if not self._stopping:
                self._replace(process.returncode)

    def _stop(self) -> None:
        self._stopping = True
        for pid in self._running:
            os.kill(pid, signal.SIGTERM)  # Popen's own would ask first whether it has ended, and `_bury` not learn it

    def _replace(self, status: int) -> None:
        if status == 1:
            self._give_up()
            return
        outcome = {"event.action": "worker-restart", "process.exit_code": status}
        log.error("a worker died and is started again", extra=fields(outcome))
        self.start()

    def _give_up(self) -> None:
        self._status = 1
        self._stop()

    def _forget(self, pid: int) -> None:
        """Its counts stay, what it was doing does not."""
        for name in ("loaded", "feedback", "drift"):
            (self._figures / f"{name}.{pid}").unlink(missing_ok=True)
        for gauges in self._figures.glob(f"gauge_live*_{pid}.db"):
            gauges.unlink()


def _signals() -> int:
    """A pipe out of which come the numbers of `_SIGNALS` as they arrive, at whichever thread: numpy's has its own.

    A handler of Python's alone would do too little. It runs before or after a call that waits, not within.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in _SIGNALS:
        signal.signal(number, lambda *_: None)
    return told


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """In memory where that is writable: an image's root file system need not be."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    folder = Path(tempfile.mkdtemp(prefix="mlspec-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
