"""What a command is waiting for in; a line that says it, on a terminal that has waited a second, out."""

from __future__ import annotations

import shutil
import threading
import time

import click

from ._progress import PATIENCE, moves

_ERASE = "\r\x1b[K"  # ECMA-48: erase in line


class Live:
    """One line of standard error that changes; nothing where nobody watches, or where all is over at once."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None
        self._since: float | None = None
        self._shown = False

    def show(self, text: str) -> None:
        """Says what is being done now."""
        self._stop()
        if not moves():
            return
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        # Of the wait, and not of the text: what says something new all the time is shown as well.
        left = self._since + PATIENCE - now
        if left <= 0:
            self._write(text)
            return
        self._timer = threading.Timer(left, self._write, [text])
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """Takes the line away."""
        self._stop()
        if self._shown:
            click.echo(_ERASE, nl=False, err=True, color=True)
        self._shown, self._since = False, None

    def _write(self, text: str) -> None:
        self._shown = True
        room = shutil.get_terminal_size().columns - len(" …") - 1
        click.echo(f"{_ERASE}{text[:room]} …", nl=False, err=True, color=True)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
