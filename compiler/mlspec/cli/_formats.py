"""A compilation in; the same compile as in a terminal, told in a format that a program reads, out."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mlspec.diagnostics import Diagnostic, ExitCode, has_errors

from ._left import leaves

if TYPE_CHECKING:
    from mlspec.incremental.build import Built
    from mlspec.report.account import Account
    from mlspec.source.files import Files
    from mlspec.tree.changes import Changes
    from mlspec.unit import Listing

TEXT = "text"
GITHUB = "github"
_FORMATS = (TEXT, "json", "sarif", GITHUB, "junit")
_CHOSEN = "mlspec.findings"
"""Where click keeps, for as long as a command runs, how its findings are told."""


def _choose(ctx: click.Context, _: click.Parameter, chosen: str) -> str:
    ctx.meta[_CHOSEN] = chosen
    return chosen


def chosen_format() -> str:
    """How the command that runs tells its findings."""
    context = click.get_current_context(silent=True)
    return context.meta.get(_CHOSEN, TEXT) if context else TEXT


def is_document() -> bool:
    """Whether standard output is for findings alone, if the command ends on some."""
    return chosen_format() not in (TEXT, GITHUB)


format_option = click.option(
    "--format",
    "--findings",
    "output_format",
    type=click.Choice(_FORMATS),
    default=TEXT,
    show_default=True,
    envvar="MLSPEC_FINDINGS",
    show_envvar=True,
    callback=_choose,
    help="How findings are told; all but text go to standard output, and nothing else does.",
)
"""Of the command whose whole answer findings are."""

findings_option = click.option(
    "--findings",
    type=click.Choice(_FORMATS),
    default=TEXT,
    show_default=True,
    envvar="MLSPEC_FINDINGS",
    show_envvar=True,
    callback=_choose,
    expose_value=False,
    help="How errors in the specs are told; json, sarif and junit on standard output.",
)
"""Of every other command that compiles: `_sound.py` reads what was chosen."""


class Tree(NamedTuple):
    """How the tree differed, what was found about it, and the status that follows."""

    changes: Changes | None
    found: list[Diagnostic]
    status: int


def tell(account: Account, output_format: str, *, err: bool = False) -> None:
    """Prints what a command found in a format; `text` is each command's own."""
    from mlspec.checks.registry import load_checks

    load_checks()  # a format names codes
    render = import_module(f"mlspec.report.formats.{output_format}").render
    click.echo(render(account), nl=False, err=err)


def seen_from_here(root: Path) -> str:
    """The folder of a workspace below the working directory, with a slash at its end; else nothing."""
    here = os.path.relpath(root, Path.cwd()).replace(os.sep, "/")
    return "" if here == "." or here.startswith("..") else f"{here}/"


def subjects_of(listing: Listing) -> dict[str, list[str]]:
    """For each file of specs the names of what it declares."""
    subjects: dict[str, list[str]] = {}
    places = ((name, span.file) for name, span in listing.environments if span.file)
    for name, source in (*places, *listing.models):
        subjects.setdefault(source, []).append(name)
    return subjects


def compile_and_tell(
    root: Path, files: Files, built: Built, output_format: str, *, check: bool, allow_empty: bool
) -> int:
    """Writes the tree (unless `check`) and prints the account; the exit status is that of the text format."""
    from mlspec.report.account import Account

    tree = _tree(built, files, check=check, allow_empty=allow_empty)
    account = Account(
        command="compile --check" if check else "compile",
        findings=[*built.diagnostics, *tree.found],
        files=files,
        status=tree.status,
        set_aside=built.set_aside,
        changes=[(change.path, str(change.kind)) for change in tree.changes.shown] if tree.changes else [],
        subjects=subjects_of(built.listing),
        folder=seen_from_here(root),
    )
    tell(account, output_format)
    return tree.status


def _tree(built: Built, files: Files, *, check: bool, allow_empty: bool) -> Tree:
    from mlspec.tree.findings import differences, refusals, stray_files
    from mlspec.tree.write import write

    from ._lost_header import raise_lost_headers
    from ._verdict import emptied, named_at, unwatched

    if has_errors(built.diagnostics):
        bug = any(found.code.startswith("MLS9") for found in built.diagnostics)
        return Tree(None, [], ExitCode.BUG if bug else ExitCode.ERROR)
    changes = built.compare()
    if raise_lost_headers(built, changes, files):
        return Tree(changes, [], ExitCode.ERROR)
    lost = ([], []) if allow_empty else (emptied(built, changes), unwatched(built, changes))
    refused = list(refusals(changes, *lost, named_at(built)))
    if refused:
        return Tree(changes, refused, ExitCode.ERROR)
    if check:
        found = list(differences(changes))
    else:
        found = []
        if changes.interrupted or not changes.clean:
            leaves("the next `mlspec compile` goes on from there")
            changes = write(changes)
    strays = list(stray_files(built.strays(changes)))
    status = ExitCode.CLEAN if changes.clean and not strays else ExitCode.CHANGED
    return Tree(changes, [*found, *strays], status)
