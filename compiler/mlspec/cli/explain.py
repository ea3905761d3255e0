"""`mlspec explain CODE`: what a finding means, why it is one and what to do about it."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a finding by its code.

    CODE is what a finding bears, as MLS203, or its name, as unknown-accelerator. Without one, all are listed.
    """
    import mlspec.compile
    import mlspec.tree.findings  # noqa: F401 - every stage declares its codes when it is imported
    from mlspec.checks.registry import load_checks
    from mlspec.codes import all_codes
    from mlspec.report.explain import explain
    from mlspec.source.suggestion import did_you_mean

    load_checks()
    codes = all_codes()
    if code is None:
        for found in codes:
            click.echo(f"{found.id}  {found.title}")
        return
    known = {found.id.casefold(): found for found in codes} | {found.name: found for found in codes}
    asked = known.get(code.casefold())
    if asked is None:
        near = did_you_mean(code, [found.name for found in codes])  # numbers that are near each other mean nothing
        hint = f"did you mean {near}? " if near else ""
        raise click.ClickException(f"there is no code {code}; {hint}`mlspec explain` lists them all")
    click.echo(explain(asked), nl=False)
