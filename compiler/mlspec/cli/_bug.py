"""An exception that nobody foresaw in; a few words for the user and a report to send out."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path

import click


def report_bug(bug: Exception) -> None:
    """Says what happened on standard error and keeps the traceback in a file beside other temporary ones."""
    text = "".join(traceback.format_exception(bug))
    about = f"mlspec {version('mlspec')}, Python {platform.python_version()}, {platform.system()}\n"
    command = f"arguments: {sys.argv[1:]!r}\n"
    click.echo(f"mlspec has met a bug of its own: {type(bug).__name__}: {str(bug)[:200]}", err=True)
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="mlspec-bug-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(about + command + text)
    except OSError:
        click.echo(about + command + text, err=True)
        return
    click.echo(f"Nothing of yours is lost. Please send the report {Path(file.name)} to the project.", err=True)
