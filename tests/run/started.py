"""`mlspec run` as a process of its own, behind pipes or a terminal, its output collected as it comes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from tests.runtime.running import PATIENCE

# A terminal is a process's own only where it asks for it; then Ctrl-C reaches it and its children.
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Started:
    """`shown` is all output so far, both streams as they came."""

    def __init__(self, workspace: Path, *arguments: str, terminal: bool = False) -> None:
        self.shown = ""
        self._changed = threading.Condition()
        command = [sys.executable, "-m", "mlspec.cli", "run", "-C", str(workspace), *arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MLSPEC_")}
        self._keyboard: int | None = None
        output: IO[bytes]
        if terminal:
            self._keyboard, slave = os.openpty()
            self.process = subprocess.Popen(
                [sys.executable, "-c", _OWN_TERMINAL, *command],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env={**environment, "COLUMNS": "200", "TERM": "xterm"},
            )
            os.close(slave)
            output = os.fdopen(os.dup(self._keyboard), "rb", buffering=0)
        else:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
            )
            assert self.process.stdout is not None
            output = self.process.stdout
        self._reader = threading.Thread(target=self._read, args=(output,), daemon=True)
        self._reader.start()

    def _read(self, output: IO[bytes]) -> None:
        with output:
            while chunk := self._chunk(output):
                with self._changed:
                    self.shown += chunk.decode(errors="replace")
                    self._changed.notify_all()

    def _chunk(self, output: IO[bytes]) -> bytes:
        try:
            return os.read(output.fileno(), 65536)
        except OSError:
            return b""  # a terminal whose last process has gone

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first place where the output matches."""
        found: list[re.Match[str]] = []

        def look() -> bool:
            match = re.search(pattern, self.shown)
            if match is not None:
                found.append(match)
            return match is not None

        with self._changed:
            assert self._changed.wait_for(look, PATIENCE), f"{pattern!r} never came:\n{self.shown}"
        return found[0]

    def press(self, key: bytes) -> None:
        assert self._keyboard is not None
        os.write(self._keyboard, key)

    def status(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if self._keyboard is not None:
            os.close(self._keyboard)
            self._keyboard = None
        return status

    def end(self) -> None:
        """Leaves nothing behind, whatever the test came to."""
        if self.process.poll() is None:
            self.process.terminate()
        self.status()
