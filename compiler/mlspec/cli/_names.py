"""Names on a command line and what a workspace has -> nothing where they are there, or the end with what was meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from mlspec.compile import Compilation
from mlspec.diagnostics import ExitCode
from mlspec.source.suggestion import meant_or_all

from ._workspace import SPECS

NO_MODEL = (
    f"there is no model below {SPECS}: write {SPECS}/<model>/model.yaml, or have one written: mlspec init MODEL_FILE"
)


def check_names(compilation: Compilation, models: Iterable[str], environment: str | None) -> None:
    """Every model runs somewhere, and so does something in the environment."""
    if not compilation.resolution.specs:
        click.echo(f"error: {NO_MODEL}", err=True)
        sys.exit(ExitCode.ERROR)
    known = {spec.name for spec in compilation.resolution.specs}
    places = {spec.environment.name for spec in compilation.resolution.specs}
    asked = [("model", model, known) for model in models]
    asked += [("environment", environment, places)] if environment else []
    for kind, name, names in asked:
        if name not in names:
            click.echo(f"error: there is no {kind} `{name}`; {meant_or_all(name, names)}", err=True)
            sys.exit(ExitCode.ERROR)
