"""A command line of a builder -> its end: the log grows in a file, and its last line may be watched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_KEPT = 40
"""Lines of a log that a failure shows."""
_NO_ENTRY = re.compile(r"unauthorized|authentication required|denied|403 Forbidden|invalid username/password", re.I)
_NO_WAY = re.compile(r"connection refused|no such host|timeout|unreachable|EOF|server misbehaving|TLS handshake", re.I)
_FULL = re.compile(r"no space left on device|disk quota exceeded", re.I)
_HOST = re.compile(r"(?:https?|docker)://([^/\"\s]+)/")
_SCANNER = "docker/buildkit-syft-scanner"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class BuildFailed(Exception):
    """The builder ended with an error; `log` is the end of what it said."""

    def __init__(self, reason: str, log: str = "") -> None:
        super().__init__(reason)
        self.log = log


@dataclass
class Runner:
    """`told` hears each line; `show` passes the log on as it is."""

    folder: Path
    told: Callable[[str], None]
    show: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, command: Sequence[str], what: str, where: str = "") -> None:
        """`what` is being done, for a failure; `where` the registry that it is done with. Raises BuildFailed."""
        last: deque[str] = deque(maxlen=_KEPT)
        with subprocess.Popen(  # noqa: S603 - a builder, with arguments that are ours or the user's own
            command,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            try:
                for line in process.stdout or ():
                    plain = _ESCAPES.sub("", line).rstrip()
                    last.append(plain)
                    if self.show:
                        sys.stderr.write(line)
                    elif plain:
                        self.told(plain)
            except BaseException:
                process.terminate()
                raise
        if process.returncode:
            log = "\n".join(last)
            raise BuildFailed(_reason(log, what, where, Path(command[0]).name), "" if self.show else log)

    def succeeds(self, command: Sequence[str]) -> bool:
        """Whether the command ends well; what it says is nobody's."""
        done = subprocess.run(command, capture_output=True, env=self._environment(), check=False)  # noqa: S603 - as above
        return done.returncode == 0

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}


def _reason(log: str, what: str, where: str, program: str) -> str:
    if _FULL.search(log):
        return f"{what}: the disk is full; what is built already stays, and the next run goes on from there"
    if (refusing := _host(log, _NO_ENTRY, where)) is not None:
        return f"{what}: {refusing} refuses the credentials of this user: {program} login {refusing}"
    if (silent := _host(log, _NO_WAY, where)) is not None:
        if _SCANNER in log:
            return (
                f"{what}: the SBOM is made by an image, {_SCANNER}, and {silent} cannot be reached: leave it out, "
                "--no-attest, or name a copy, --option=--sbom=generator=<image>"
            )
        return f"{what}: {silent} cannot be reached"
    return f"{what} failed"


def _host(log: str, pattern: re.Pattern[str], where: str) -> str | None:
    """The registry that a log complains of so: a push may fail at the base image's as well as at its own, `where`."""
    lines = [line for line in log.splitlines() if pattern.search(line)]
    if not lines:
        return None
    named = next((found[1] for line in reversed(lines) if (found := _HOST.search(line))), where)
    return named or None
