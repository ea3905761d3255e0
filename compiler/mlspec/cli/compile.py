"""`mlspec compile`: the specs of a workspace in; the tree of what runs them, or what differs from it, out."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.diagnostics import ExitCode, Severity, has_errors

from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.compile import Compilation
    from mlspec.tree.changes import Changes


@click.command("compile")
@directory_option
@click.option("--check", is_flag=True, help="Write nothing; show what differs and exit with 1 if anything does.")
@click.option("--allow-empty", is_flag=True, help="Let an environment lose its last model, and Argo CD delete it.")
def command(directory: Path | None, check: bool, allow_empty: bool) -> None:
    """Compile every spec below specs/ into generated/ and argocd/.

    Exits with 0 where nothing had to change, 1 where files changed (or would), 2 where a spec has an error: then
    nothing is written.
    """
    started = time.perf_counter()
    # A compile is over before a collection of its garbage would pay.
    gc.disable()
    root = find_workspace(directory)
    from mlspec.tree.errors import TreeError

    try:
        sys.exit(_compile(root, check=check, allow_empty=allow_empty, started=started))
    except TreeError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(ExitCode.ERROR)


def _compile(root: Path, *, check: bool, allow_empty: bool, started: float) -> int:
    from mlspec.compile import compile as compile_specs
    from mlspec.source.files import FilesOnDisk
    from mlspec.tree.compare import compare

    files = FilesOnDisk(root)
    compilation = compile_specs(files, SPECS)
    if compilation.diagnostics:
        from mlspec.report.text import render

        click.echo(render(compilation.diagnostics, files, colour=_colour()), err=True)
    if has_errors(compilation.diagnostics):
        click.echo(_verdict(compilation), err=True)
        bug = any(found.code.startswith("MLS9") for found in compilation.diagnostics)
        return ExitCode.BUG if bug else ExitCode.ERROR
    if not compilation.resolution.models:
        click.echo(f"there is no model below {root / SPECS}: nothing to compile", err=True)
    changes = compare(root, compilation.outputs, compilation.resolution.workspace.output)
    if changes.foreign or (changes.emptied and not allow_empty):
        return _refuse(changes)
    if check:
        return _show(changes)
    if changes.clean and not changes.interrupted:
        return _summarize(compilation, changes, started)
    from mlspec.tree.write import write

    return _summarize(compilation, write(changes), started)


def _colour() -> bool:
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ


def _verdict(compilation: Compilation) -> str:
    """`1 error, 1 warning in 1 of 3 models; nothing was written`."""
    severities = [found.severity for found in compilation.diagnostics]
    counts = ((severities.count(severity), severity) for severity in (Severity.ERROR, Severity.WARNING))
    said = ", ".join(_count(number, str(severity)) for number, severity in counts if number)
    about = {found.span.file for found in compilation.diagnostics}
    models = compilation.resolution.models
    concerned = sum(model.source in about for model in models)
    place = f" in {concerned} of {_count(len(models), 'model')}" if concerned else ""
    return f"{said}{place}; nothing was written"


def _refuse(changes: Changes) -> int:
    from mlspec.tree.diff import headline

    for change in changes.foreign:
        click.echo(f"error: {headline(change)}", err=True)
    if changes.foreign:
        click.echo("move or delete what is not mlspec's, then compile again; nothing was written", err=True)
    else:
        names = ", ".join(changes.emptied)
        click.echo(
            f"error: {names} would lose its last model, and Argo CD would delete all that runs there\n"
            "if that is meant, say so: mlspec compile --allow-empty; nothing was written",
            err=True,
        )
    return ExitCode.ERROR


def _show(changes: Changes) -> int:
    """What `--check` found."""
    if changes.clean:
        return ExitCode.CLEAN
    from mlspec.tree.diff import diff

    for line in diff(changes):
        click.echo(line)
    number = len(changes.shown)
    verb, them = ("differs", "it") if number == 1 else ("differ", "them")
    click.echo(f"{_count(number, 'file')} {verb}; `mlspec compile` mends {them}")
    return ExitCode.CHANGED


def _summarize(compilation: Compilation, changes: Changes, started: float) -> int:
    from ._summary import edited, rows, total

    for line in (*edited(changes), *rows(compilation, changes)):
        click.echo(line)
    click.echo(f"{total(compilation, changes)}   {time.perf_counter() - started:.2f} s")
    return ExitCode.CLEAN if changes.clean else ExitCode.CHANGED


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
