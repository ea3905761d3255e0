"""Where a command was started in; the workspace that it is about out."""

from __future__ import annotations

from pathlib import Path

import click

SPECS = "specs"


def find_workspace(start: Path | None) -> Path:
    """The nearest folder at or above `start` (the working directory) that holds a folder `specs`."""
    here = (start or Path()).resolve()
    for folder in (here, *here.parents):
        if (folder / SPECS).is_dir():
            return folder
        if (folder / ".git").exists():
            break
    raise click.UsageError(
        f"there is no folder `{SPECS}` in {here} or above it. "
        f"Run mlspec inside a workspace, or begin one: write {SPECS}/<model>/model.yaml"
    )


directory_option = click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work as if started there.",
)
