"""What specs came to in; their findings on standard error, and the end of the command where one is an error, out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mlspec.diagnostics import ExitCode, has_errors

if TYPE_CHECKING:
    from mlspec.compile import Compilation
    from mlspec.source.files import Files


def sound(compilation: Compilation, files: Files, otherwise: str, *, warnings: bool = False) -> Compilation:
    """The same compilation; with an error the command ends, and says `otherwise`. Warnings alone are told on demand."""
    wrong = has_errors(compilation.diagnostics)
    if wrong or (warnings and compilation.diagnostics):
        from mlspec.report.text import render

        click.echo(render(compilation.diagnostics, files, colour=True), err=True)
    if wrong:
        click.echo(otherwise, err=True)
        sys.exit(ExitCode.ERROR)
    return compilation
