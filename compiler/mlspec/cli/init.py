"""`mlspec init`: nothing, or the file of a model, in; a new workspace, or the model's spec in it, out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.diagnostics import ExitCode, has_errors

from ._examples import examples
from ._formats import findings_option
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.beginning.lay import Content, Laid
    from mlspec.beginning.model import Begun, Wishes


@click.command(
    "init",
    epilog=examples(
        {
            "mlspec init": "a workspace here",
            "mlspec init model.joblib --name churn": "and the spec of a model",
            "mlspec init model.onnx --uri s3://models/fraud/1/": "",
        }
    ),
)
@click.argument("model_file", required=False, type=click.Path(path_type=Path))
@directory_option
@click.option("--name", metavar="NAME", help="The model's name; without it that of the file, or of its folder.")
@click.option("--version", metavar="VERSION", default="1.0.0", show_default=True, help="The model's version.")
@click.option("--uri", metavar="URI", help="The store that has it, in place of a copy beside the spec: s3://…, hf://…")
@click.option("--program", metavar="FILE.py:CLASS", help="For .safetensors: the class whose weights these are.")
@click.option("--load", is_flag=True, help="Run a pickle to read it, with whatever code is in it; never do so unasked.")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "both", "none"]),
    default="both",
    show_default=True,
    help="Whose workflow a new workspace gets.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@findings_option
def command(
    model_file: Path | None,
    directory: Path | None,
    name: str | None,
    version: str,
    uri: str | None,
    program: str | None,
    load: bool,
    ci: str,
    dry_run: bool,
) -> None:
    """Begin a workspace here, or the spec of a model in it.

    Without MODEL_FILE: two environments, hooks for pre-commit, a workflow for CI, and what git and editors need. With
    one, its spec as well, specs/<name>/model.yaml, and a copy of the model beside it: signature, digest and versions
    are read from the file, which may be ONNX (.onnx), scikit-learn (.joblib, .pkl, .skops), XGBoost (.ubj, .json),
    LightGBM (.txt), PyTorch (.pt2 of torch.export), weights (.safetensors), or the folder of an MLflow model or of
    transformers' save_pretrained. A pickle is read without running it.

    Nothing that is there already is changed. Exits with 0, or with 2 where there is no way to begin.
    """
    from mlspec.beginning.found import CannotBegin
    from mlspec.beginning.model import Wishes

    if model_file is None and (name or uri or program or load):
        raise click.UsageError("--name, --uri, --program and --load are about a MODEL_FILE, which is missing")
    try:
        root, is_new = find_workspace(directory), False
    except click.ClickException:
        root, is_new = (directory or Path()).resolve(), True
    try:
        _init(
            root,
            model_file,
            Wishes(name, version, uri, program, load),
            ci if is_new or not model_file else None,
            dry_run,
        )
    except CannotBegin as error:
        raise click.ClickException(str(error)) from error


def _init(root: Path, model_file: Path | None, wishes: Wishes, ci: str | None, dry_run: bool) -> None:
    from mlspec.beginning.lay import lay
    from mlspec.beginning.workspace import SCHEMA, new_workspace, schema_text

    texts = new_workspace(ci, _below_repository(root)) if ci is not None else {SCHEMA: schema_text()}
    files: dict[str, Content] = {path: text.encode() for path, text in texts.items()}
    begun = None
    if model_file is not None:
        from mlspec.beginning.model import begin

        begun = begin(model_file, root, wishes)
        files |= begun.files
        _check(root, begun, files)
    laid = lay(root, files, dry_run=dry_run)
    _tell(root, laid, begun, dry_run=dry_run)


def _below_repository(root: Path) -> str:
    """The way from the root of the git repository that the folder is in; empty for the root itself, or for none."""
    root = root.resolve()
    repository = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    below = root.relative_to(repository).as_posix()
    return "" if below == "." else below


def _check(root: Path, begun: Begun, files: Mapping[str, Content]) -> None:
    """A spec that the compiler does not take is not written."""
    from mlspec.beginning.check import findings

    from ._sound import told

    found, seen = findings(root, files, begun.spec)
    told(found, seen, ExitCode.ERROR if has_errors(found) else None)
    if has_errors(found):
        click.echo("nothing was written", err=True)
        sys.exit(ExitCode.ERROR)


def _tell(root: Path, laid: Laid, begun: Begun | None, *, dry_run: bool) -> None:
    for path in laid.written:
        said = f": {begun.found.format}, {begun.found.said}" if begun and path == begun.spec else ""
        click.echo(f"{'would write' if dry_run else 'wrote'} {path}{said}")
    for path in laid.kept:
        click.echo(f"kept {path}, which is there already")
    if begun and begun.found.columns == () and not begun.found.inputs:
        click.echo(f"{begun.spec} has no `inputs`: the file does not say them; write them if the server asks for them")
    if begun and begun.found.note:
        click.echo(f"{begun.spec}: {begun.found.note}")
    if dry_run:
        return
    if not laid.written:
        click.echo("nothing was missing")
        return
    click.echo("next:")
    for words, meaning in _next(root, begun):
        click.echo(f"  {words:<28} {meaning}")


def _next(root: Path, begun: Begun | None) -> list[tuple[str, str]]:
    if begun:
        return [
            (f"mlspec run {begun.name}", "serve it on this machine"),
            ("mlspec compile", "write all that runs it, to be committed with it"),
        ]
    is_git = any((folder / ".git").exists() for folder in (root, *root.parents))
    return [
        ("mlspec init MODEL_FILE", "write the spec of a model"),
        (f"edit {SPECS}/environments/*", "say which registry, gateway and Argo CD there are"),
        ("edit requirements.txt", "say where CI gets mlspec"),
        ("pre-commit install" if is_git else "git init && pre-commit install", "compile at every commit"),
    ]
