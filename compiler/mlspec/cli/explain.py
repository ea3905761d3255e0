"""`mlspec explain CODE`: what a finding means, why it is one and what to do about it."""

from __future__ import annotations

import sys

import click

from mlspec.diagnostics import ExitCode


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a finding by its CODE, as MLS203; without one, list them all."""
    import mlspec.compile  # noqa: F401 - every stage declares its codes when it is imported
    from mlspec.checks.registry import load_checks
    from mlspec.codes import all_codes
    from mlspec.report.explain import explain
    from mlspec.source.suggestion import did_you_mean

    load_checks()
    known = {found.id: found for found in all_codes()}
    if code is None:
        for found in known.values():
            click.echo(f"{found.id}  {found.title}")
        return
    asked = code.upper()
    if asked not in known:
        near = did_you_mean(asked, known)
        hint = f"did you mean {near}? " if near else ""
        click.echo(f"there is no code {code}; {hint}`mlspec explain` lists them all", err=True)
        sys.exit(ExitCode.ERROR)
    click.echo(explain(known[asked]), nl=False)
