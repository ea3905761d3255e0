"""`mlspec lsp`: the compiler as a language server for editors."""

from __future__ import annotations

from pathlib import Path

import click

from ._workspace import directory_option, find_workspace


@click.command("lsp")
@directory_option
def command(directory: Path | None) -> None:
    """Serve editors: findings as you type, fixes, what a key means and what it is in each environment.

    Speaks the Language Server Protocol over standard input and output; an editor starts it. docs/editors.md has the
    set-up of each.
    """
    root = find_workspace(directory) if directory else None
    try:
        from mlspec.language_server.server import server
    except ModuleNotFoundError as missing:
        if missing.name not in ("pygls", "lsprotocol"):
            raise
        raise click.ClickException("the language server needs an extra: pip install 'mlspec[lsp]'") from None
    server(root).start_io()
