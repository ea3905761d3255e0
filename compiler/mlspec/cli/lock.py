"""`mlspec lock`: what a network decides about models in; a lock beside each spec, for `mlspec compile` to read, out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.diagnostics import Diagnostic, ExitCode, has_errors

from ._complete import models
from ._examples import examples
from ._formats import findings_option, is_document
from ._left import leaves
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.locking.distributions import Upgrade
    from mlspec.locking.workspace import Locks
    from mlspec.source.files import Files

_EVERYTHING = "\0"


@click.command(
    "lock",
    epilog=examples(
        {
            "mlspec lock": "what is new or no longer fits",
            "mlspec lock churn --upgrade numpy": "ask again for one distribution",
            "mlspec lock --check": "in CI: is anything missing or stale?",
        }
    ),
)
@click.argument("models", nargs=-1, metavar="[MODEL]…", shell_complete=models)
@directory_option
@click.option(
    "--upgrade",
    metavar="[NAME]",
    is_flag=False,
    flag_value=_EVERYTHING,
    multiple=True,
    help="Ask again for all that is pinned, or for one distribution, base image or model.",
)
@click.option(
    "--skip-stores", is_flag=True, help="Do not read models in stores for their digests; what is pinned stays."
)
@click.option("--check", is_flag=True, help="Write nothing and ask nobody; exit with 1 if a lock is missing or stale.")
@findings_option
def command(
    models: tuple[str, ...], directory: Path | None, upgrade: tuple[str, ...], skip_stores: bool, check: bool
) -> None:
    """Pin what a network would otherwise decide, in a file beside each spec: model.yaml has model.lock.

    Every Python distribution with its hashes, the digest of the base image, the digest of the model, and where a
    registry (models:/name/3) has it. A model in a store (s3://, https://, …) is read once, all of it, with this
    shell's credentials, where its spec names no digest. What is pinned and still fits is kept. Commit the files:
    `mlspec compile` reads them, and never asks a network. Without MODEL all are locked.

    Exits with 0 where nothing had to change, 1 where a lock was written (or would be), 2 where one cannot be.
    """
    root = find_workspace(directory)
    from mlspec.locking.workspace import Locks, UnknownName
    from mlspec.source.files import FilesOnDisk

    files = FilesOnDisk(root)
    try:
        locks = Locks.read(files, SPECS, models)
        wanted = locks.upgrade([each for each in upgrade if each != _EVERYTHING], everything=_EVERYTHING in upgrade)
    except UnknownName as error:
        raise click.ClickException(str(error)) from error
    if locks.findings:
        _tell(locks.findings, files, ExitCode.ERROR)
        click.echo("mend the specs first; nothing was written", err=True)
        sys.exit(ExitCode.ERROR)
    sys.exit(_check(locks, files) if check else _lock(locks, root, files, wanted, reads_stores=not skip_stores))


def _lock(locks: Locks, root: Path, files: Files, upgrade: Upgrade, *, reads_stores: bool) -> int:
    from mlspec.locking.distributions import MissingUv
    from mlspec.locking.lock_model import Locksmith

    from ._live import Live

    leaves("what is told above is done; run it again for the others")
    live, status = Live(), ExitCode.CLEAN
    smith = Locksmith(root, upgrade, live.show, reads_stores)
    if not locks.names:
        from ._names import NO_MODEL

        click.echo(NO_MODEL, err=True)
    width = max((len(name) for name in locks.names), default=0)
    findings: list[Diagnostic] = []
    try:
        for name in locks.names:
            outcome = locks.lock(name, smith, root)
            findings += outcome.findings
            live.close()
            click.echo(f"{name:<{width}}   {outcome.said}", err=is_document())  # findings come last
            status = max(status, outcome.status)
    except MissingUv as error:
        raise click.ClickException(str(error)) from error
    finally:
        live.close()
    _tell(findings, files, status)
    if status == ExitCode.CHANGED:
        click.echo("`mlspec compile` now builds from what is pinned; commit both", err=is_document())
    return status


def _check(locks: Locks, files: Files) -> int:
    found = locks.stale()
    missing, loose = locks.missing(), locks.unpinned()
    status = ExitCode.CHANGED if found or missing or loose else ExitCode.CLEAN
    _tell(found, files, status)
    for name in missing:
        click.echo(f"{name} has no lock: mlspec lock {name}", err=True)
    for name, what in loose:
        click.echo(f"{name}: {what} is not pinned: mlspec lock {name}", err=True)
    return status


def _tell(found: Iterable[Diagnostic], files: Files, status: int) -> None:
    """One base image that cannot be asked for concerns every model that starts from it: it is told once."""
    from ._sound import told

    once = {(each.code, each.message): each for each in reversed(list(found))}
    told(list(reversed(once.values())), files, status if has_errors(once.values()) else None)
