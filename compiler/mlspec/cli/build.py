"""`mlspec build`: compiled contexts in; their images, on this machine or in their registries, out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mlspec.diagnostics import ExitCode

from ._complete import environments, models
from ._examples import examples
from ._formats import findings_option
from ._left import leaves
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlspec.building.builder import Builder, Wish
    from mlspec.building.session import Outcome
    from mlspec.building.targets import Target
    from mlspec.compile import Compilation

_SHOWN = 5


@click.command(
    "build",
    epilog=examples(
        {
            "mlspec build": "all that is not there yet",
            "mlspec build churn --push": "one model, into its registry",
            "mlspec build --print bake": "for docker buildx in CI",
        }
    ),
)
@click.argument("models", nargs=-1, metavar="[MODEL]…", shell_complete=models)
@directory_option
@click.option(
    "-e",
    "--environment",
    metavar="ENVIRONMENT",
    shell_complete=environments,
    help="Only what runs in this environment.",
)
@click.option("--push", is_flag=True, help="Push to the environments' registries; what they have is not built.")
@click.option("--builder", type=click.Choice(["docker", "podman", "buildah"]), help="Default: the first that works.")
@click.option("--option", "options", multiple=True, help="For the builder, as --option=--platform=linux/arm64.")
@click.option("--attest/--no-attest", default=True, help="SBOM and provenance, with docker and --push.")
@click.option("--logs", is_flag=True, help="Show the builder's whole log.")
@click.option("--print", "form", type=click.Choice(["bake"]), metavar="bake", help="Build nothing; print this for CI.")
@findings_option
def command(
    models: tuple[str, ...],
    directory: Path | None,
    environment: str | None,
    push: bool,
    builder: str | None,
    options: tuple[str, ...],
    attest: bool,
    logs: bool,
    form: str | None,
) -> None:
    """Build the images that do not exist yet, by docker buildx, podman or buildah.

    An image's tag is the digest of all that goes in, so that one which exists, here or with --push in its registry, is
    the right one and is skipped. Two builds of one context give the same image. Without MODEL all are built.

    Exits with 0 once every image is there, built now or before, and with 2 where one cannot be.
    """
    root = find_workspace(directory)
    compilation = _compiled(root)
    targets = _chosen(compilation, root, models, environment)
    from mlspec.building.builder import NoBuilder, Wish, choose_builder, source_date_epoch

    try:
        wish = Wish(push, options, source_date_epoch(), attest)
        if form == "bake":
            from mlspec.building.bake import bake_file

            click.echo(bake_file(targets, wish).encode(), nl=False)
            return
        sys.exit(_build(targets, choose_builder(builder), wish, root, logs=logs))
    except NoBuilder as error:
        _stop(str(error))


def _compiled(root: Path) -> Compilation:
    from mlspec.compile import compile as compile_specs
    from mlspec.source.files import FilesOnDisk

    from ._progress import shown
    from ._sound import sound

    files = FilesOnDisk(root)
    return sound(compile_specs(files, SPECS, shown), files, "mend the specs first; nothing was built")


def _chosen(compilation: Compilation, root: Path, models: tuple[str, ...], environment: str | None) -> list[Target]:
    from mlspec.building.targets import differing, targets_of

    from ._names import check_names

    check_names(compilation, models, environment)
    targets = targets_of(compilation, models, environment)
    if not targets:
        _stop("there is nothing to build: none of these models runs there")
    stale = [path for target in targets for path in differing(compilation, target, root)]
    if stale:
        more = f" and {len(stale) - _SHOWN} more" if len(stale) > _SHOWN else ""
        _stop(f"not as the specs have it: {', '.join(stale[:_SHOWN])}{more}; run mlspec compile first")
    return targets


def _build(targets: Sequence[Target], builder: Builder, wish: Wish, root: Path, *, logs: bool) -> int:
    from mlspec.building.session import Session
    from mlspec.registry.exchange import NoAnswer

    from ._live import Live

    if wish.push:
        _check_registries(targets)
    leaves("the images told above are there; run it again for the others")
    live = Live()
    session = Session(builder, wish, root, live.show, show=logs)
    try:
        lacking = session.lacking(targets)
        if any(lacking.values()) and (said := builder.lacks(wish)):
            live.close()
            click.echo(said, err=True)
        width = max(len(target.name) for target in targets)
        outcomes = []
        for outcome in session.run(lacking):
            live.close()
            outcomes.append(outcome)
            _tell(outcome, width, builder)
    except NoAnswer as error:
        live.close()
        _stop(f"{error}; nothing was built")
    finally:
        live.close()
    return ExitCode.ERROR if outcomes[-1].failure else _total(outcomes, builder)


def _check_registries(targets: Sequence[Target]) -> None:
    loose = [target.name for target in targets if any("/" not in tag for tag in target.tags)]
    if loose:
        _stop(f"{', '.join(loose)}: nowhere to push to; the environment names no `registry`")


def _tell(outcome: Outcome, width: int, builder: Builder) -> None:
    took = f"   {outcome.seconds:.0f} s" if outcome.seconds >= 1 else ""
    for tag in outcome.target.tags:
        click.echo(f"{outcome.target.name:<{width}}   {outcome.done:<16}   {tag}{took}")
    if outcome.failure is not None:
        if outcome.failure.log:
            click.echo(outcome.failure.log, err=True)
        click.echo(f"error: {outcome.failure} ({builder.name}); run it again to go on where it stopped", err=True)


def _total(outcomes: Sequence[Outcome], builder: Builder) -> int:
    from ._summary import count

    made = [outcome for outcome in outcomes if outcome.done != "is there"]
    there = len(outcomes) - len(made)
    skipped = f", {there} skipped: {'it exists' if there == 1 else 'they exist'}" if there else ""
    by = f" by {builder.name}" if made else ""
    click.echo(f"{count(len(outcomes), 'image')}: {len(made)} made{by}{skipped}")
    return ExitCode.CLEAN


def _stop(message: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    sys.exit(ExitCode.ERROR)
