"""`mlspec publish`: the specs of a workspace in; a commit in the repository that Argo CD reads out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.diagnostics import ExitCode

from ._examples import examples
from ._formats import findings_option
from ._left import leaves
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.gitops.publication import Destination
    from mlspec.gitops.publish import Options, Published

_SHOWN_FILES = 5


@click.command(
    "publish",
    epilog=examples(
        {
            "mlspec publish --dry-run": "what would change there",
            "mlspec publish --pull-request": "a branch, to be merged by a person",
        }
    ),
)
@directory_option
@click.option("--repo", metavar="URL|PATH", help="Another repository than the environments' `gitops.repo`.")
@click.option("--branch", metavar="NAME", help="Its branch, with --repo.  [default: main]")
@click.option("--pull-request", is_flag=True, help="Push a branch of its own, and say how to open a pull request.")
@click.option("--as", "name", metavar="NAME", help="Whose files these are; the default is the address of `origin`.")
@click.option("--allow-dirty", is_flag=True, help="Publish what is not committed, too.")
@click.option("--allow-empty", is_flag=True, help="Let an environment lose its last model, and Argo CD delete it.")
@click.option("--dry-run", is_flag=True, help="Push nothing; show what would be, and exit with 1 if anything would.")
@findings_option
def command(
    directory: Path | None,
    repo: str | None,
    branch: str | None,
    pull_request: bool,
    name: str | None,
    allow_dirty: bool,
    allow_empty: bool,
    dry_run: bool,
) -> None:
    """Commit what the specs give today to the GitOps repository: what this workspace owns there, and nothing else.

    Where others push at the same time it starts again on top of theirs. Exits with 0 where all is published, also where
    nothing had to change, and 2 where something does not let it.
    """
    from mlspec.gitops.address import from_anywhere
    from mlspec.gitops.git import GitError
    from mlspec.gitops.publication import Destination
    from mlspec.gitops.publish import Options

    if branch and not repo:
        raise click.UsageError("--branch goes with --repo; the environments name their own branch, `gitops.branch`")
    leaves("what is not told as published is as it was; run it again")
    root = find_workspace(directory)
    elsewhere = Destination(from_anywhere(repo, Path.cwd()), branch or "main") if repo else None
    options = Options(pull_request=pull_request, dry_run=dry_run, allow_empty=allow_empty)
    try:
        sys.exit(_publish(root, elsewhere, name, options, allow_dirty=allow_dirty))
    except GitError as error:
        raise click.ClickException(str(error)) from error


def _publish(
    root: Path, elsewhere: Destination | None, name: str | None, options: Options, *, allow_dirty: bool
) -> int:
    from mlspec.compile import compile as compile_specs
    from mlspec.gitops.origin import is_origin, name_of, origin_of
    from mlspec.gitops.publication import publications
    from mlspec.gitops.publish import publish
    from mlspec.source.files import FilesOnDisk

    from ._progress import shown
    from ._sound import sound

    if not allow_dirty:
        _refuse_uncommitted(root)
    files = FilesOnDisk(root)
    compilation = sound(compile_specs(files, SPECS, shown), files, "nothing was published", warnings=True)
    origin = origin_of(root)
    found = publications(root, compilation, name_of(root, name), elsewhere)
    if not found:
        raise click.ClickException("no environment says where to: give it `gitops: {repo: …}`, or name one, --repo URL")
    changed = False
    for publication in found:
        if is_origin(root, publication.destination.repo):
            where = _where(publication.destination)
            click.echo(f"{where} is this repository: what `mlspec compile` writes is published by committing it here")
            continue
        if sys.stderr.isatty():
            click.echo(f"publishing to {_where(publication.destination)}", err=True)
        outcome = publish(publication, root, origin, options)
        changed = changed or bool(outcome.branch)
        for line in _told(outcome, options):
            click.echo(line)
    return ExitCode.CHANGED if changed and options.dry_run else ExitCode.CLEAN


def _refuse_uncommitted(root: Path) -> None:
    from mlspec.gitops.origin import uncommitted

    files = uncommitted(root)
    if not files:
        return
    more = f" and {len(files) - _SHOWN_FILES} more" if len(files) > _SHOWN_FILES else ""
    shown = ", ".join(files[:_SHOWN_FILES]) + more
    raise click.ClickException(
        f"not committed: {shown}. What is published names the commit that it comes from: commit first, or say "
        "--allow-dirty"
    )


def _where(destination: Destination) -> str:
    from mlspec.gitops.errors import redacted

    return f"{redacted(destination.repo)} ({destination.branch})"


def _told(outcome: Published, options: Options) -> Iterator[str]:
    where = _where(outcome.publication.destination)
    if not outcome.branch:
        yield f"{where}: nothing to change"
        return
    for path in outcome.edited:
        yield f"{path} was edited there by hand: {'would be ' if options.dry_run else ''}put back"
    yield from outcome.changes
    amount = f"{outcome.written} written, {outcome.removed} removed"
    if options.dry_run:
        yield f"{where}: {amount} if it were published"
    elif options.pull_request:
        from mlspec.gitops.pull_request import how_to_open

        destination = outcome.publication.destination
        yield f"{where}: {amount} in {outcome.branch}"
        yield how_to_open(destination.repo, destination.branch, outcome.branch, outcome.said)
    else:
        tries = f" at the {outcome.attempts}. try" if outcome.attempts > 1 else ""
        yield f"{where}: {amount}, published as {outcome.commit[:12]}{tries}"
