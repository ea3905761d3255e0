"""Where a command was started in; the workspace that it is about out."""

from __future__ import annotations

from pathlib import Path

import click

SPECS = "specs"


def find_workspace(start: Path | None) -> Path:
    """The nearest folder at or above `start` (the working directory) that holds a folder `specs`."""
    try:
        here = (start or Path()).resolve()
    except FileNotFoundError:
        raise click.ClickException("the working directory does not exist any more: change to another one") from None
    for folder in (here, *here.parents):
        if (folder / SPECS).is_dir():
            return folder
        if (folder / ".git").exists():
            break
    raise click.ClickException(
        f"there is no folder `{SPECS}` in {here} or above it. Run mlspec inside a workspace, or begin one: mlspec init"
    )


directory_option = click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work as if started there.",
)
