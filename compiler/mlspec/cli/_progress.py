"""What a command has to go through in; the same out, one by one, with a bar on a terminal that has waited a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

PATIENCE = 1.0
"""Seconds after which a person wonders whether anything happens (Nielsen, Usability Engineering, 5.5)."""

_ERASE_LINE_ABOVE = "\x1b[1A\x1b[2K"  # ECMA-48: cursor up, erase in line

Item = TypeVar("Item")


def shown(items: Sequence[Item]) -> Iterator[Item]:
    """The items; the bar goes when the last one has passed."""
    started = time.perf_counter()
    rest = iter(items)
    if moves():
        for done, item in enumerate(rest, 1):
            yield item
            if time.perf_counter() - started > PATIENCE:
                yield from _with_bar(rest, done, len(items))
    yield from rest


def _with_bar(rest: Iterator[Item], done: int, length: int) -> Iterator[Item]:
    with click.progressbar(length=length, label="compiling", file=sys.stderr) as bar:
        bar.update(done)
        for item in rest:
            yield item
            bar.update(1)
    click.echo(_ERASE_LINE_ABOVE, nl=False, err=True, color=True)


def moves() -> bool:
    """Whether standard error is a terminal on which a line can be written again."""
    context = click.get_current_context(silent=True)
    return sys.stderr.isatty() and (context is None or context.color is not False)
