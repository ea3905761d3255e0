"""`mlspec promote`: a model and two environments in; the spec edited, the tree compiled, and what that does out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.diagnostics import ExitCode

from ._complete import environments, models, sections
from ._examples import examples
from ._formats import findings_option
from ._left import leaves
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.compile import Compilation
    from mlspec.promotion.promote import Promotion
    from mlspec.tree.changes import Changes


@click.command(
    "promote",
    epilog=examples(
        {
            "mlspec promote churn --from staging --to prod --dry-run": "",
            "mlspec promote churn --from staging --to prod --fields scaling": "",
        }
    ),
)
@click.argument("model", shell_complete=models)
@directory_option
@click.option(
    "--from",
    "source",
    shell_complete=environments,
    required=True,
    metavar="ENVIRONMENT",
    help="Where the values are right.",
)
@click.option(
    "--to",
    "target",
    shell_complete=environments,
    required=True,
    metavar="ENVIRONMENT",
    help="Where they shall be the same.",
)
@click.option(
    "--fields",
    shell_complete=sections,
    default="model,build",
    show_default=True,
    metavar="SECTION,…",
    help="Sections of the spec, with commas between them.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what the promotion would do.")
@findings_option
def command(directory: Path | None, model: str, source: str, target: str, fields: str, dry_run: bool) -> None:
    """Give an environment what another one has of a MODEL: edit the spec, compile, and show what that does.

    Only the model's own spec is edited, and every other byte of it stays. Exits with 0 where both have the same
    already, 1 where something changed (or would), 2 where there is no way to.
    """
    from mlspec.promotion.promote import CannotPromote, Promotion
    from mlspec.tree.errors import TreeError

    leaves("nothing was written")
    root = find_workspace(directory)
    promotion = Promotion(model, source, target, _sections(fields))
    try:
        sys.exit(_promote(root, promotion, dry_run=dry_run))
    except (CannotPromote, TreeError) as error:
        raise click.ClickException(str(error)) from error


def _sections(fields: str) -> list[str]:
    from mlspec.source.suggestion import did_you_mean
    from mlspec.spec.service import ServiceSpec

    known = [field.alias or name for name, field in ServiceSpec.model_fields.items()]
    sections = [name.strip() for name in fields.split(",") if name.strip()]
    if not sections:
        raise click.BadParameter("names no section: write one at least, as `model`", param_hint="--fields")
    for name in sections:
        if name not in known:
            section, dot, _ = name.partition(".")
            if dot and section in known:
                said = f"a section is promoted as a whole: write `{section}` in place of `{name}`"
                raise click.BadParameter(said, param_hint="--fields")
            near = did_you_mean(name, known)
            hint = f"did you mean `{near}`?" if near else f"the sections are: {', '.join(known)}"
            raise click.BadParameter(f"the spec has no section `{name}`; {hint}", param_hint="--fields")
    return list(dict.fromkeys(sections))


def _promote(root: Path, promotion: Promotion, *, dry_run: bool) -> int:
    from mlspec.compile import compile as compile_specs
    from mlspec.promotion.promote import document_of, promoted, still_different
    from mlspec.source.files import FilesOnDisk
    from mlspec.source.overlay import Overlay
    from mlspec.tree.replace import replace
    from mlspec.tree.write import write

    from ._progress import shown
    from ._sound import sound

    files = FilesOnDisk(root)
    before = sound(compile_specs(files, SPECS, shown), files, "mend the specs first; nothing was written")
    spec = document_of(promotion.model, before).file
    mark, content = _read(root / spec)
    edited = promoted(promotion, before, content, spec)
    overlay = Overlay(files, {spec: mark + edited.encode()})
    after = sound(
        compile_specs(overlay, SPECS, shown), overlay, f"{promotion.target} cannot have that; nothing was written"
    )
    changes = _changes(root, after)
    if edited == content:
        what = " and ".join(promotion.sections)
        click.echo(f"{promotion.model} has the same {what} in {promotion.source} and {promotion.target}")
    else:
        _show(before, after)
    for line in still_different(promotion, after.resolution.specs):
        click.echo(line, err=True)
    if edited == content and changes.clean:
        return ExitCode.CLEAN
    if not dry_run:
        # What a kill leaves between the two, this very command mends when it is run again, or the next compile.
        leaves("run it again, should the spec be edited already")
        if edited != content:
            replace(root / spec, mark + edited.encode())
        write(changes)
    what = f"{spec} {'would be edited' if dry_run else 'edited, and compiled'}"
    click.echo(what if edited != content else f"{'would be compiled' if dry_run else 'compiled'}: the tree was stale")
    return ExitCode.CHANGED


def _show(before: Compilation, after: Compilation) -> None:
    from mlspec.difference.compare import compare
    from mlspec.difference.text import render

    click.echo(render(compare("the spec as it is", before, after), colour=True), nl=False)


def _changes(root: Path, after: Compilation) -> Changes:
    """What the tree has to become; the command ends where that cannot be."""
    from mlspec.source.files import FilesOnDisk
    from mlspec.tree.compare import compare
    from mlspec.tree.findings import refusals

    from ._sound import told

    changes = compare(root, after.outputs, after.resolution.workspace.output)
    refused = list(refusals(changes, [], [], {}))
    if refused:
        told(refused, FilesOnDisk(root), ExitCode.ERROR)
        click.echo("nothing was written", err=True)
        sys.exit(ExitCode.ERROR)
    return changes


def _read(file: Path) -> tuple[bytes, str]:
    """The byte order mark, if any, and the text behind it."""
    from codecs import BOM_UTF8

    data = file.read_bytes()
    mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    return mark, data.removeprefix(mark).decode()
