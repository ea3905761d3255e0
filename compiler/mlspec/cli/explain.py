"""`mlspec explain CODE`: what a finding means, why it is one, how it looks and what to do about it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import click

from ._complete import codes as known_codes
from ._examples import examples

if TYPE_CHECKING:
    from mlspec.codes import Code

_FAMILY = re.compile(r"MLS\d{0,2}", re.IGNORECASE)


@click.command(
    "explain",
    epilog=examples(
        {
            "mlspec explain MLS203": "one code",
            "mlspec explain MLS2": "all that begin so",
        }
    ),
)
@click.argument("code", required=False, shell_complete=known_codes)
def command(code: str | None) -> None:
    """Explain a finding by its code, with an example of it and one without.

    CODE is what a finding bears, as MLS203, or its name, as unknown-accelerator. The beginning of codes, as MLS2,
    lists those that begin so; without CODE, all are listed.
    """
    import mlspec.compile
    import mlspec.tree.findings  # noqa: F401 - every stage declares its codes when it is imported
    from mlspec.checks.registry import load_checks
    from mlspec.codes import all_codes
    from mlspec.report.explain import explain

    load_checks()
    codes = all_codes()
    asked = code or "MLS"
    if _FAMILY.fullmatch(asked):
        listed = [found for found in codes if found.id.startswith(asked.upper())]
        if not listed:
            raise click.ClickException(f"no code begins with {asked.upper()}; `mlspec explain` lists them all")
        for found in listed:
            click.echo(f"{found.id}  {found.title}")
        return
    width = shutil.get_terminal_size().columns
    click.echo(explain(_named(asked, codes), width, colour=True), nl=False)  # click takes it out where there is none


def _named(asked: str, codes: list[Code]) -> Code:
    from mlspec.source.suggestion import did_you_mean

    known = {found.id.casefold(): found for found in codes} | {found.name: found for found in codes}
    if found := known.get(asked.casefold()):
        return found
    near = did_you_mean(asked, [found.name for found in codes])  # numbers that are near each other mean nothing
    hint = f"did you mean {near}? " if near else ""
    raise click.ClickException(f"there is no code {asked}; {hint}`mlspec explain` lists them all")
