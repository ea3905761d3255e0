"""`mlspec compile`: the specs of a workspace in; the tree of what runs them, or what differs from it, out."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlspec.diagnostics import ExitCode, has_errors

from ._formats import TEXT, format_option
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.compile import Compilation
    from mlspec.source.files import Files
    from mlspec.tree.changes import Changes

_HEADLINE: dict[str, Any] = {"bold": True}
_DIFF_STYLES: dict[str, dict[str, Any]] = {
    "-": {"fg": "red"},
    "+": {"fg": "green"},
    "@": {"fg": "cyan"},
    " ": {},
    "\\": {},
}


@click.command("compile")
@directory_option
@click.option("--check", is_flag=True, help="Write nothing; show what differs and exit with 1 if anything does.")
@click.option(
    "--allow-empty",
    is_flag=True,
    help="Let an environment lose its last model or its Applications, and Argo CD delete what runs there.",
)
@format_option
def command(directory: Path | None, check: bool, allow_empty: bool, output_format: str) -> None:
    """Compile every spec below specs/ into generated/ and argocd/.

    Exits with 0 where nothing had to change, 1 where files changed (or would), 2 where a spec has an error: then
    nothing is written.
    """
    started = time.perf_counter()
    # A compile is over before a collection of its garbage would pay.
    gc.disable()
    # No plugin has a say in what a spec means; looking for some reads the metadata of every distribution.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    root = find_workspace(directory)
    from mlspec.tree.errors import TreeError

    try:
        sys.exit(_compile(root, output_format, check=check, allow_empty=allow_empty, started=started))
    except TreeError as error:
        raise click.ClickException(str(error)) from error


def _compile(root: Path, output_format: str, *, check: bool, allow_empty: bool, started: float) -> int:
    from mlspec.compile import compile as compile_specs
    from mlspec.source.files import FilesOnDisk
    from mlspec.tree.compare import compare

    from ._progress import shown
    from ._verdict import emptied, unwatched

    files = FilesOnDisk(root)
    compilation = compile_specs(files, SPECS, each=shown)
    if output_format != TEXT:
        from ._formats import compile_and_tell

        return compile_and_tell(root, files, compilation, output_format, check=check, allow_empty=allow_empty)
    if has_errors(compilation.diagnostics):
        return _refuse_findings(compilation, files)
    changes = compare(root, compilation.outputs, compilation.resolution.workspace.output)
    if changes.removed:
        from ._lost_header import raise_lost_headers

        if raise_lost_headers(compilation, changes, files):
            return _refuse_findings(compilation, files)
    _show_findings(compilation, files)
    if changes.foreign:
        from ._refusal import foreign

        return _refuse(foreign(changes))
    if changes.immutable:
        from ._refusal import immutable

        return _refuse(immutable(changes, files))
    if not allow_empty and (emptied(compilation, changes) or unwatched(compilation, changes)):
        from ._refusal import lost

        return _refuse(lost(compilation, changes, files))
    if any(not environment.source for environment in compilation.resolution.environments):
        click.echo(
            "no environment below specs/: compiled for the built-in `default`, without registry and Argo CD; "
            "say more in specs/environments/<name>.yaml",
            err=True,
        )
    if not compilation.resolution.models and not allow_empty:
        click.echo(f"there is no model below {SPECS}: write {SPECS}/<model>/model.yaml", err=True)
    status = _show(changes) if check else _write(compilation, changes, started)
    return max(status, _warn_of_strays(root, compilation, changes))


def _show_findings(compilation: Compilation, files: Files) -> None:
    if compilation.diagnostics:
        from mlspec.report.text import render

        click.echo(render(compilation.diagnostics, files, colour=True), err=True)


def _refuse_findings(compilation: Compilation, files: Files) -> int:
    from ._refusal import findings

    _show_findings(compilation, files)
    bug = any(found.code.startswith("MLS9") for found in compilation.diagnostics)
    return _refuse([findings(compilation)], ExitCode.BUG if bug else ExitCode.ERROR)


def _warn_of_strays(root: Path, compilation: Compilation, changes: Changes) -> int:
    from ._verdict import stray_paths

    found = stray_paths(root, compilation, changes)
    for path in found:
        click.echo(f"{path} is not mlspec's, and Argo CD would apply it: move it elsewhere or delete it", err=True)
    return ExitCode.CHANGED if found else ExitCode.CLEAN


def _refuse(lines: Iterable[str], status: int = ExitCode.ERROR) -> int:
    for line in lines:
        click.echo(line, err=True)
    return status


def _show(changes: Changes) -> int:
    """What `--check` found."""
    if changes.clean:
        return ExitCode.CLEAN
    from mlspec.tree.diff import diff

    from ._summary import count

    for line in diff(changes):
        click.secho(line, **_DIFF_STYLES.get(line[:1], _HEADLINE))
    number = len(changes.shown)
    verb, them = ("differs", "it") if number == 1 else ("differ", "them")
    click.echo(f"{count(number, 'file')} {verb}; `mlspec compile` mends {them}")
    return ExitCode.CHANGED


def _write(compilation: Compilation, changes: Changes, started: float) -> int:
    """Makes the tree what it should be and says what that took."""
    if changes.interrupted or not changes.clean:
        from mlspec.tree.write import write

        changes = write(changes)
    from ._summary import edited, rows, total

    for line in (*edited(changes), *rows(compilation, changes)):
        click.echo(line)
    click.echo(f"{total(compilation, changes)}   {time.perf_counter() - started:.2f} s")
    return ExitCode.CLEAN if changes.clean else ExitCode.CHANGED
