"""Lines that stay and one that changes -> standard output, the changing one only on a terminal."""

from __future__ import annotations

import shutil
import sys

import click

from mlspec.report.terminal import columns, visible

_ERASE = "\r\x1b[K"


class Screen:
    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self._live = ""

    def line(self, text: str, *, err: bool = False) -> None:
        """Writes a line above the one that changes."""
        self._erase()
        click.echo("\n".join(map(visible, text.splitlines())) if text else "", err=err)
        self._draw()

    def live(self, text: str) -> None:
        """Replaces the line that changes; nothing where nobody watches."""
        if self.is_terminal:
            self._erase()
            self._live = text
            self._draw()

    def close(self) -> None:
        """Takes the changing line away."""
        self._erase()
        self._live = ""

    def _erase(self) -> None:
        if self._live:
            sys.stdout.write(_ERASE)
            sys.stdout.flush()

    def _draw(self) -> None:
        if self._live:
            width = shutil.get_terminal_size().columns
            shown = self._live
            while columns(shown) >= width:
                shown = shown[:-1]
            sys.stdout.write(shown)
            sys.stdout.flush()
