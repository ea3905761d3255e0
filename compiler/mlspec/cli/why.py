"""`mlspec why`: a place in a generated file in; the line, the default or the rule that decides it out."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import click

from ._complete import paths
from ._examples import examples
from ._formats import findings_option
from ._workspace import SPECS, directory_option, find_workspace


@click.command(
    "why",
    epilog=examples(
        {
            "mlspec why generated/prod/churn/deployment.yaml:42": "",
            "mlspec why generated/prod/churn/deployment.yaml spec.replicas": "",
        }
    ),
)
@click.argument("place", metavar="FILE:LINE", shell_complete=paths)
@click.argument("path", required=False, metavar="[PATH]")
@directory_option
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How it is told.",
)
@findings_option
def command(place: str, path: str | None, directory: Path | None, output_format: str) -> None:
    """Say where a line of a generated file comes from: which line of which spec, which default, which rule.

    In place of a line, a PATH may say what is asked about: `mlspec why generated/prod/churn/deployment.yaml
    spec.replicas`.
    """
    gc.disable()  # over before a collection would pay
    from mlspec.source.files import FilesOnDisk
    from mlspec.why.why import CannotSay, why

    from ._progress import shown

    root = find_workspace(directory)
    files = FilesOnDisk(root)
    _end_where_unsound(root)
    try:
        answer = why(files, SPECS, _in_workspace(place, root), path, shown)
    except CannotSay as error:
        raise click.ClickException(str(error)) from error
    if output_format == "json":
        from mlspec.why.json import render as as_json

        click.echo(as_json(answer), nl=False)
    else:
        from mlspec.why.text import render as as_text

        click.echo(as_text(answer, files, colour=True), nl=False)


def _in_workspace(place: str, root: Path) -> str:
    """As it is called from the workspace's own folder, wherever the command was started."""
    here = os.path.relpath(Path(place).absolute() if not Path(place).is_absolute() else place, root)
    return place if here.startswith("..") else here.replace(os.sep, "/")


def _end_where_unsound(root: Path) -> None:
    from mlspec.incremental.build import build
    from mlspec.source.files import FilesOnDisk

    from ._progress import shown
    from ._sound import sound

    built = build(root, SPECS, shown, remember=True)
    sound(built, FilesOnDisk(root), "mend the specs first: what they give is unknown")
