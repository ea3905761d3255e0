"""What there is to publish in; a commit on the branch that Argo CD reads, or on one to merge, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .git import GitError
from .message import Origin, changed_owners, message
from .publication import Publication
from .remote import Moved, Remote
from .step import plan_step

_ATTEMPTS = 30
_LONGEST = 180
"""Seconds for which a branch that others push to is tried again."""


@dataclass(frozen=True)
class Options:
    """How to publish."""

    pull_request: bool = False
    dry_run: bool = False
    allow_empty: bool = False


@dataclass(frozen=True)
class Published:
    """What became of a publication; `commit` is empty where nothing had to change, and in a dry run."""

    publication: Publication
    commit: str = ""
    branch: str = ""
    changes: Sequence[str] = ()
    written: int = 0
    removed: int = 0
    edited: Sequence[str] = ()
    said: Sequence[str] = ()
    """The server's own words."""
    attempts: int = field(default=1, compare=False)


def publish(publication: Publication, root: Path, origin: Origin, options: Options) -> Published:
    """Fetches, commits what this workspace owns, and pushes; from the start again where somebody else was faster.

    GitError where the remote, the disk or what stands there does not let it.
    """
    from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay
    from tenacity.wait import wait_random_exponential

    destination = publication.destination
    tries = Retrying(
        retry=retry_if_exception_type(Moved),
        wait=wait_random_exponential(multiplier=0.2, max=10),
        stop=stop_after_attempt(_ATTEMPTS) | stop_after_delay(_LONGEST),
    )
    with Remote(destination.repo, destination.branch, root) as remote:
        try:
            for attempt in tries:
                with attempt:
                    return _once(publication, remote, origin, options, attempt.retry_state.attempt_number)
        except RetryError:
            pass
        raise GitError(f"{remote.shown} moves faster than this can follow: {_ATTEMPTS} pushes came too late; try again")


def _once(publication: Publication, remote: Remote, origin: Origin, options: Options, attempt: int) -> Published:
    base = remote.fetch()
    if base is None and options.pull_request:
        raise GitError(
            f"{remote.shown} is empty: there is no branch to merge into; publish without --pull-request first"
        )
    step = plan_step(publication, remote, base, allow_empty=options.allow_empty)
    tree = remote.tree(base, step.written, step.removed)
    if tree == remote.tree_of(base):
        return Published(publication, attempts=attempt)
    branch = f"mlspec/publish-{tree[:12]}" if options.pull_request else remote.branch
    records = f"{publication.output}/."  # indexes and records: nobody counts them
    outcome = Published(
        publication,
        branch=branch,
        changes=list(changed_owners(publication, step)),
        written=sum(not path.startswith(records) for path in step.written),
        removed=sum(not path.startswith(records) for path in step.removed),
        edited=step.edited,
        attempts=attempt,
    )
    if options.dry_run:
        return outcome
    commit = remote.commit(tree, base, message(publication, step, origin))
    if options.pull_request and remote.has(branch):  # its name says what it holds
        return replace(outcome, commit=commit)
    return replace(outcome, commit=commit, said=remote.push(commit, branch))
