"""What specs came to in; their findings as they were asked for, and the command's end on an error, out."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

from mlspec.diagnostics import Diagnostic, ExitCode, has_errors

from ._formats import GITHUB, TEXT, chosen_format

if TYPE_CHECKING:
    from mlspec.source.files import Files
    from mlspec.unit import Listing, SetAside


class Compiled(Protocol):
    """What specs came to, compiled now or remembered."""

    @property
    def listing(self) -> Listing: ...

    @property
    def diagnostics(self) -> list[Diagnostic]: ...

    @property
    def set_aside(self) -> list[SetAside]: ...


Specs = TypeVar("Specs", bound=Compiled)


def sound(compiled: Specs, files: Files, otherwise: str, *, warnings: bool = False) -> Specs:
    """The same; with an error the command ends, and says `otherwise`. Warnings alone are told on demand."""
    found = compiled.diagnostics
    if has_errors(found):
        from ._formats import subjects_of

        status = status_of(found)
        told(found, files, status, subjects=subjects_of(compiled.listing), set_aside=compiled.set_aside)
        click.echo(otherwise, err=True)
        sys.exit(status)
    if warnings:
        told(found, files)
    return compiled


def told(
    found: Sequence[Diagnostic],
    files: Files,
    status: int | None = None,
    *,
    subjects: Mapping[str, Sequence[str]] | None = None,
    set_aside: Sequence[SetAside] = (),
) -> None:
    """Tells findings in the format that was asked for; `status` is the one with which the command ends on them.

    Where it goes on, standard output is for what it was called for: the findings are lines on standard error.
    """
    chosen = chosen_format()
    if chosen == TEXT or (status is None and chosen != GITHUB):
        if found:
            from mlspec.report.text import render

            click.echo(render(found, files, colour=True), err=True)
        return
    from mlspec.report.account import Account

    from ._formats import tell

    context = click.get_current_context()
    account = Account(
        command=context.info_name or "",
        findings=found,
        files=files,
        status=ExitCode.CLEAN if status is None else status,
        set_aside=set_aside,
        subjects=subjects or {},
        folder=_folder(context.params.get("directory")),
    )
    # A document has standard output to itself; GitHub's runner reads both streams.
    tell(account, chosen, err=chosen == GITHUB)


def _folder(directory: Path | None) -> str:
    """The workspace as seen from here; one that is only being begun is where the command was told to work."""
    from ._formats import seen_from_here
    from ._workspace import find_workspace

    try:
        return seen_from_here(find_workspace(directory))
    except click.ClickException:
        return seen_from_here(directory or Path())


def status_of(found: Sequence[Diagnostic]) -> int:
    """How a command ends on errors: one of ours is a bug."""
    return ExitCode.BUG if any(each.code.startswith("MLS9") for each in found) else ExitCode.ERROR
