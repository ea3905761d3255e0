"""`mlspec compile`: the specs of a workspace in; the tree of what runs them, or what differs from it, out."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlspec.diagnostics import ExitCode, has_errors

from ._examples import examples
from ._formats import TEXT, format_option
from ._left import leaves
from ._plugins import without_plugins
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.incremental.build import Built
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


@click.command(
    "compile",
    epilog=examples(
        {
            "mlspec compile": "after a change, to commit both",
            "mlspec compile --check": "in CI: is what is committed up to date?",
            "mlspec compile --check --format sarif > mlspec.sarif": "",
        }
    ),
)
@directory_option
@click.option("--check", is_flag=True, help="Write nothing; show what differs and exit with 1 if anything does.")
@click.option(
    "--allow-empty",
    is_flag=True,
    help="Let an environment lose its last model or its Applications, and Argo CD delete what runs there.",
)
@click.option("--no-cache", is_flag=True, help="Compile all, and not only what has changed since the last time.")
@format_option
def command(directory: Path | None, check: bool, allow_empty: bool, no_cache: bool, output_format: str) -> None:
    """Compile every spec below specs/ into generated/ and argocd/.

    Exits with 0 where nothing had to change, 1 where files changed (or would), 2 where a spec has an error: then
    nothing is written.
    """
    started = time.perf_counter()
    # A compile is over before a collection of its garbage would pay.
    gc.disable()
    without_plugins()
    root = find_workspace(directory)
    from mlspec.tree.errors import TreeError

    leaves("nothing was written")
    try:
        sys.exit(
            _compile(root, output_format, check=check, allow_empty=allow_empty, cache=not no_cache, started=started)
        )
    except TreeError as error:
        raise click.ClickException(str(error)) from error


def _compile(root: Path, output_format: str, *, check: bool, allow_empty: bool, cache: bool, started: float) -> int:
    from mlspec.incremental.build import build
    from mlspec.source.files import FilesOnDisk

    from ._progress import shown
    from ._verdict import emptied, unwatched

    files = FilesOnDisk(root)
    built = build(root, SPECS, shown, remember=cache)
    if output_format != TEXT:
        from ._formats import compile_and_tell

        return compile_and_tell(root, files, built, output_format, check=check, allow_empty=allow_empty)
    if has_errors(built.diagnostics):
        return _refuse_findings(built, files)
    changes = built.compare()
    if changes.removed:
        from ._lost_header import raise_lost_headers

        if raise_lost_headers(built, changes, files):
            return _refuse_findings(built, files)
    _show_findings(built, files)
    if changes.foreign:
        from ._refusal import foreign

        return _refuse(foreign(changes))
    if changes.immutable:
        from ._refusal import immutable

        return _refuse(immutable(changes, files))
    if not allow_empty and (emptied(built, changes) or unwatched(built, changes)):
        from ._refusal import lost

        return _refuse(lost(built, changes, files))
    if any(not span.file for _, span in built.listing.environments):
        click.echo(
            "no environment below specs/: compiled for the built-in `default`, without registry and Argo CD; "
            "say more in specs/environments/<name>.yaml",
            err=True,
        )
    if not built.listing.models and not allow_empty:
        from ._names import NO_MODEL

        click.echo(NO_MODEL, err=True)
    status = _show(changes) if check else _write(built, changes, started)
    return max(status, _warn_of_strays(built, changes))


def _show_findings(built: Built, files: Files) -> None:
    if built.diagnostics:
        from mlspec.report.text import render

        click.echo(render(built.diagnostics, files, colour=True), err=True)


def _refuse_findings(built: Built, files: Files) -> int:
    from ._refusal import findings

    _show_findings(built, files)
    bug = any(found.code.startswith("MLS9") for found in built.diagnostics)
    return _refuse([findings(built)], ExitCode.BUG if bug else ExitCode.ERROR)


def _warn_of_strays(built: Built, changes: Changes) -> int:
    found = built.strays(changes)
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


def _write(built: Built, changes: Changes, started: float) -> int:
    """Makes the tree what it should be and says what that took."""
    if changes.interrupted or not changes.clean:
        from mlspec.tree.write import write

        leaves("the next `mlspec compile` goes on from there")
        changes = write(changes)
    from ._summary import edited, rows, total

    for line in (*edited(changes), *rows(built.listing, changes)):
        click.echo(line)
    click.echo(f"{total(built.listing, changes)}   {time.perf_counter() - started:.2f} s")
    return ExitCode.CLEAN if changes.clean else ExitCode.CHANGED
