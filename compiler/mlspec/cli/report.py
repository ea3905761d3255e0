"""`mlspec report`: the workspace in; one page for a browser that says what runs where, and at what cost, out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ._examples import examples
from ._formats import findings_option
from ._workspace import SPECS, directory_option, find_workspace


@click.command(
    "report",
    epilog=examples(
        {
            "mlspec report -o report.html": "",
        }
    ),
)
@directory_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page there instead of to standard output.",
)
@findings_option
def command(directory: Path | None, output: Path | None) -> None:
    """Make one HTML page of every model by environment.

    Versions, replicas, accelerators and their cost, objectives, alerts, routes, and a picture of the objects. The page
    needs nothing besides itself: no network, no other file. Exits with 2 where the specs do not compile.
    """
    root = find_workspace(directory)
    if output is None and sys.stdout.isatty():
        raise click.UsageError("This is a page for a browser: give it a file with `-o report.html`, or redirect it.")
    # As bytes: the page says that it is UTF-8, whatever the locale.
    page = _page(root).encode()
    if output is None:
        click.echo(page, nl=False)
        return
    from mlspec.tree.replace import replace

    output.parent.mkdir(parents=True, exist_ok=True)
    replace(output, page)
    click.echo(f"{output}: {len(page) / 1000:,.0f} kB", err=True)


def _page(root: Path) -> str:
    from mlspec.compile import compile as compile_specs
    from mlspec.report.page.page import workspace_page
    from mlspec.source.files import FilesOnDisk

    from ._progress import shown
    from ._sound import sound

    files = FilesOnDisk(root)
    return workspace_page(sound(compile_specs(files, SPECS, shown), files, "mend the specs first; there is no page"))
