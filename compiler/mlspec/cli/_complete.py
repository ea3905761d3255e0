"""The beginning of a word on a command line -> the models or environments of the workspace that begin so."""

from __future__ import annotations

from pathlib import Path

import click

from ._workspace import SPECS, find_workspace


def models(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    return _names(ctx, incomplete, "Model")


def environments(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    return _names(ctx, incomplete, "Environment")


def _names(ctx: click.Context, incomplete: str, kind: str) -> list[str]:
    """Whoever completes a word asks for no explanation: where there is no workspace, there is no name."""
    from mlspec.source.files import FilesOnDisk
    from mlspec.source.read import read_specs, together

    directory = ctx.params.get("directory")
    try:
        read = together(read_specs(FilesOnDisk(find_workspace(Path(directory) if directory else None)), SPECS).values())
    except (click.ClickException, OSError):
        return []
    found = set()
    for document in read.documents:
        of_kind, name = document.root.get("kind"), document.root.get("metadata", "name")
        if of_kind and of_kind.value == kind and name and isinstance(name.value, str):
            found.add(name.value)
    return sorted(name for name in found if name.startswith(incomplete))
