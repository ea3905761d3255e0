"""`mlspec run MODEL`: a model of the workspace in; its server on this machine until Ctrl-C, or its batch, out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mlspec.diagnostics import ExitCode, has_errors

from ._complete import environments, models
from ._examples import examples
from ._formats import findings_option
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.compile import Compilation
    from mlspec.environment.resolved import ResolvedSpec
    from mlspec.serving.context import Context
    from mlspec.serving.screen import Screen
    from mlspec.source.files import Files


@click.command(
    "run",
    epilog=examples(
        {
            "mlspec run churn": "http://127.0.0.1:8080",
            "mlspec run churn -e prod --port 0": "as in prod, at any free port",
            "mlspec run scores --batch --input rows/ --output out/": "",
        }
    ),
)
@click.argument("model", shell_complete=models)
@directory_option
@click.option(
    "-e",
    "--environment",
    metavar="ENVIRONMENT",
    shell_complete=environments,
    help="As in this environment; without it the first one that asks for no accelerator.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any that is free.")
@click.option(
    "--model",
    "copy",
    type=click.Path(exists=True, path_type=Path),
    help="A copy of a model that is fetched or mounted in the cluster.",
)
@click.option("--logs", is_flag=True, help="Show the server's whole log, a JSON object a line.")
@click.option("--batch", is_flag=True, help="Score files as its batch does, in place of serving.")
@click.option("--input", "source", type=click.Path(exists=True, path_type=Path), help="With --batch: a file or folder.")
@click.option(
    "--output", "target", type=click.Path(path_type=Path), help="With --batch: an empty folder, or a new one."
)
@findings_option
def command(
    model: str,
    directory: Path | None,
    environment: str | None,
    port: int,
    copy: Path | None,
    logs: bool,
    batch: bool,
    source: Path | None,
    target: Path | None,
) -> None:
    """Serve MODEL of this workspace on this machine, without a container.

    It is the very same server that its image runs, with the same files and settings, on 127.0.0.1. Ctrl-C ends it once
    what it has accepted is answered. A model that the cluster fetches is fetched here, too, once, into ~/.cache/mlspec,
    with the credentials that this shell exports. Exits with 0 then, with 2 where it cannot start or ends by itself.

    With --batch it is the run that its Job would make: all shards, one after the other, of the files at --input into
    the folder --output. A run that was interrupted goes on where it stopped. Exits with 0 once all is scored.
    """
    if (source or target) and not batch:
        raise click.UsageError("--input and --output belong to --batch")
    root = find_workspace(directory)
    from mlspec.compile import compile as compile_specs
    from mlspec.serving.choose import Unservable, choose
    from mlspec.source.files import FilesOnDisk

    from ._sound import told

    files = FilesOnDisk(root)
    compilation = compile_specs(files, SPECS, each=lambda specs: [spec for spec in specs if spec.name == model])
    try:
        chosen = choose(compilation.resolution, model, environment)
    except Unservable as error:
        # A spec with a mistake may be the one that is missing.
        told(compilation.diagnostics, files, ExitCode.ERROR)
        _stop(f"{model} does not compile" if _is_broken(compilation, model) else str(error))
    _check(compilation, chosen, files)
    if batch:
        sys.exit(_score(compilation, chosen, root, (source, target), copy, logs))
    _check_server(chosen)
    if not chosen.spec.serves:
        _stop(f"{model} serves nobody in {chosen.environment.name}: run its batch with --batch")
    sys.exit(_serve(compilation, chosen, root, copy, port, logs))


def _is_broken(compilation: Compilation, model: str) -> bool:
    sources = {found.source for found in compilation.resolution.models if found.metadata.name == model}
    return has_errors(one for one in compilation.diagnostics if one.span.file in sources)


def _check(compilation: Compilation, chosen: ResolvedSpec, files: Files) -> None:
    """Another model's mistakes are for another day."""
    from ._sound import told

    mine = (chosen.model.source, chosen.environment.source)
    found = [one for one in compilation.diagnostics if one.span.file in mine]
    if not has_errors(found):
        if f"{chosen.environment.name}/{chosen.name}" in compilation.outputs:
            told(found, files)
            return
        found = compilation.diagnostics
    told(found, files, ExitCode.ERROR)
    _stop(f"{chosen.name} in {chosen.environment.name} does not compile")


def _check_server(chosen: ResolvedSpec) -> None:
    from mlspec.plan.formats import FORMATS

    if FORMATS[chosen.spec.model.format].server == "vllm":
        _stop(
            f"{chosen.name} is served by vLLM in its own image, which needs cards; where vLLM is installed: "
            f"vllm serve {chosen.spec.model.uri} --served-model-name={chosen.name}"
        )


def _serve(compilation: Compilation, chosen: ResolvedSpec, root: Path, copy: Path | None, port: int, logs: bool) -> int:
    from mlspec.serving.context import context_of, lay
    from mlspec.serving.process import Server
    from mlspec.serving.screen import Screen
    from mlspec.serving.session import Session

    context = context_of(compilation, chosen)
    _check_requirements(context, fetches=context.fetch is not None and copy is None)
    _tell_secrets((*context.secrets, *(context.fetch.secrets if context.fetch and copy is None else ())))
    context = _with_model(context, copy)
    with tempfile.TemporaryDirectory(prefix="mlspec-run-") as name:
        folder = Path(name).resolve()
        lay(context, root, folder)
        click.echo(f"{chosen.name} {chosen.spec.model.version} as in {chosen.environment.name}")
        failure = Session(chosen.name, folder, Screen(), logs=logs).run(
            partial(Server, folder, port, context.variables)
        )
    if failure is not None:
        _stop(failure.reason)
    return ExitCode.CLEAN


def _with_model(context: Context, copy: Path | None) -> Context:
    """The same, with the model on this machine."""
    from mlspec.serving.delivery import Undeliverable, cache_of, fetched, is_delivered, with_copy
    from mlspec.serving.screen import Screen

    if not is_delivered(context):
        if copy is not None:
            _stop("the model lies beside its spec: `--model` is for one that is fetched or mounted")
        return context
    if copy is not None:
        return with_copy(context, copy)
    if context.fetch is not None:
        click.echo(f"the model is fetched into {cache_of(context.fetch)}")
    screen = Screen()
    try:
        return fetched(context, lambda record: _show_fetch(screen, record))
    except Undeliverable as error:
        screen.close()
        _stop(str(error))
    finally:
        screen.close()


def _show_fetch(screen: Screen, record: dict[str, Any]) -> None:
    if record.get("log.level") == "warning":
        screen.line(f"warning: {record['message']}", err=True)
    elif (total := record.get("file.size")) is not None:
        done = record.get("fetch.done", total)
        screen.live(f"{done / 2**20:.0f} of {total / 2**20:.0f} MiB are here")


def _score(
    compilation: Compilation,
    chosen: ResolvedSpec,
    root: Path,
    files: tuple[Path | None, Path | None],
    copy: Path | None,
    logs: bool,
) -> int:
    from mlspec.serving.batch import local_words, outcome, score
    from mlspec.serving.context import context_of, lay

    if chosen.spec.batch is None:
        _stop(f"{chosen.name} has no `batch` in {chosen.environment.name}")
    source, target = files
    if source is None or target is None:
        _stop("say which files to score, and where to: --input FILE_OR_FOLDER --output FOLDER")
    context = context_of(compilation, chosen, batch=True)
    _check_requirements(context, fetches=context.fetch is not None and copy is None)
    _tell_secrets((*context.secrets, *(context.fetch.secrets if context.fetch and copy is None else ())))
    context = _with_model(context, copy)
    with tempfile.TemporaryDirectory(prefix="mlspec-run-") as name:
        folder = Path(name).resolve()
        lay(context, root, folder)
        click.echo(f"{chosen.name} {chosen.spec.model.version} as in {chosen.environment.name}")
        words = local_words(context, source.resolve(), target.resolve())
        ended = score(folder, words, context.variables, logs)
    if isinstance(ended, str):
        _stop(ended)
    click.echo(outcome(ended, target))
    return ExitCode.CLEAN


def _tell_secrets(names: Iterable[str]) -> None:
    unset = [name for name in names if name not in os.environ]
    if unset:
        click.echo(f"warning: {', '.join(unset)}: a Secret in the cluster, nothing here; export it if needed", err=True)


def _check_requirements(context: Context, *, fetches: bool) -> None:
    """What asks a store is needed only where something is fetched: a copy, and files of this machine, need no store."""
    from mlspec.plan.image import fetch_requirements
    from mlspec.serving.requirements import find_shortfall

    shortfall = find_shortfall(context.requirements, without=() if fetches else fetch_requirements())
    if shortfall.missing:
        _stop(f"{sys.executable} lacks what the model's server needs; this brings it:\n  {shortfall.remedy}")
    if shortfall.different:
        said = ", ".join(f"{line} (here {version})" for line, version in shortfall.different)
        click.echo(f"warning: the image has {said}", err=True)


def _stop(message: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    sys.exit(ExitCode.ERROR)
