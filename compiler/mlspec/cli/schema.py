"""`mlspec schema`: prints the JSON Schema of the spec language, for editors."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the spec language.

    For an editor: mlspec schema > schemas/mlspec.dev_v1.json
    """
    from mlspec.spec.json_schema import schema

    # As bytes: JSON is UTF-8 (RFC 8259, 8.1), whatever the locale.
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False).encode())
