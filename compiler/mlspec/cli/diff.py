"""`mlspec diff`: the specs as they are and as they were at a revision in; what the change does, for a reviewer, out."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.diagnostics import ExitCode, has_errors

from ._examples import examples
from ._formats import findings_option
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.difference.difference import Difference


@click.command(
    "diff",
    epilog=examples(
        {
            "mlspec diff": "against the default branch",
            "mlspec diff --against v1.2.0 --format markdown": "",
        }
    ),
)
@directory_option
@click.option(
    "--against",
    metavar="REVISION",
    help="A branch, tag or commit: what is compared is where the work here left it. Default: the default branch.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How it is told; markdown is for a comment on a pull request.",
)
@findings_option
def command(directory: Path | None, against: str | None, output_format: str) -> None:
    """Say what a change of the specs does: objects, restarts, replicas, cost, objectives, alerts and routes.

    Compares the specs as they lie here, committed or not, with those of a revision. Exits with 0 where nothing
    changes, 1 where something does, 2 where the specs have an error.
    """
    from mlspec.gitops.git import GitError

    root = find_workspace(directory)
    try:
        difference = _difference(root, against)
    except GitError as error:
        raise click.ClickException(str(error)) from error
    if output_format == "text":
        from mlspec.difference.text import render

        click.echo(render(difference, colour=True), nl=False)
    else:
        click.echo(import_module(f"mlspec.difference.{output_format}").render(difference), nl=False)
    sys.exit(ExitCode.CHANGED if difference.changed else ExitCode.CLEAN)


def _difference(root: Path, against: str | None) -> Difference:
    from mlspec.compile import compile as compile_specs
    from mlspec.difference.compare import compare
    from mlspec.gitops.git import git
    from mlspec.gitops.revision import FilesAtRevision, base_of, top_of
    from mlspec.source.files import FilesOnDisk

    from ._progress import shown
    from ._sound import sound

    top_of(root)
    base = base_of(root, against)
    files_here = FilesOnDisk(root)
    after = sound(compile_specs(files_here, SPECS, shown), files_here, "mend the specs first: what they do is unknown")
    with FilesAtRevision(root, base) as files:
        before = compile_specs(files, SPECS, shown)
        if has_errors(before.diagnostics):
            click.echo(f"some specs have errors at {base[:12]}: what they gave there is unknown", err=True)
        return compare(git(root, "rev-parse", "--short", base).strip(), before, after)
