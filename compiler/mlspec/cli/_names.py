"""Names on a command line and what a workspace has -> nothing where they are there, or the end with what was meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from mlspec.compile import Compilation
from mlspec.diagnostics import ExitCode
from mlspec.source.suggestion import did_you_mean


def check_names(compilation: Compilation, models: Iterable[str], environment: str | None) -> None:
    """Every model runs somewhere, and so does something in the environment."""
    known = {spec.name for spec in compilation.resolution.specs}
    places = {spec.environment.name for spec in compilation.resolution.specs}
    asked = [("model", model, known) for model in models]
    asked += [("environment", environment, places)] if environment else []
    for kind, name, names in asked:
        if name not in names:
            near = did_you_mean(name, sorted(names))
            there = f"did you mean {near}?" if near else f"there is {', '.join(sorted(names)) or 'none'}"
            click.echo(f"error: there is no {kind} {name}: {there}", err=True)
            sys.exit(ExitCode.ERROR)
