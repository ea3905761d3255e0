"""What a workspace publishes and what a branch holds in; the files that one commit writes and removes there out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from mlspec.tree.errors import TreeError
from mlspec.tree.index import Digests, parse_index

from .git import GitError
from .publication import Publication, parse_record, records_folder
from .remote import Entry, Remote


@dataclass(frozen=True)
class Step:
    """One commit's worth; `before` are the versions that the workspace had published, by owner."""

    written: Mapping[str, bytes]
    removed: Sequence[str]
    before: Mapping[str, str]
    edited: Sequence[str]
    """What somebody changed there by hand, and this puts back."""


@dataclass(frozen=True)
class _Standing:
    """What the branch says of who owns what."""

    mine: Mapping[str, str]
    others: Mapping[str, str]
    """Owners that another workspace publishes, with that workspace."""
    digests: Digests
    """Files of owners that are ours or nobody's, with what mlspec wrote there."""


def plan_step(publication: Publication, remote: Remote, base: str | None, *, allow_empty: bool) -> Step:
    """What to commit on top of `base`; GitError where it would take what belongs to somebody else."""
    entries = remote.entries(base)
    standing = _standing(publication, remote, entries)
    _refuse_taken(publication, standing, remote)
    lost = _emptied(publication, standing)
    if lost and not allow_empty:
        raise GitError(
            f"{' and '.join(lost)} would lose the last model that this workspace publishes there, and Argo CD would "
            "delete all that runs there; if that is meant, say so: mlspec publish --allow-empty"
        )
    written = {path: content for path, content in publication.files.items() if not _is(entries.get(path), content)}
    removed = sorted(_removed(publication, standing, entries))
    _refuse_foreign(publication, written, entries, standing, remote)
    edited = [path for path in (*sorted(written), *removed) if _was_edited(path, standing, entries, remote)]
    return Step(written, removed, standing.mine, edited)


def _standing(publication: Publication, remote: Remote, entries: Mapping[str, Entry]) -> _Standing:
    mine: Mapping[str, str] = {}
    others: dict[str, str] = {}
    folder = records_folder(publication.output)
    for path in (path for path in entries if path.startswith(f"{folder}/")):
        try:
            source, owners = parse_record(remote.content(entries[path].oid))
        except (ValueError, KeyError, TypeError):
            raise GitError(f"{path} in {remote.shown} is damaged: restore it from its history") from None
        if path == publication.record:
            mine = owners
        else:
            others |= dict.fromkeys(owners, source)
    digests: dict[str, frozenset[str]] = {}
    layout = publication.layout
    for owner in sorted({*mine, *publication.owners}):
        index = entries.get(layout.index_of(owner))
        if index and (owner not in others or "/" not in owner):
            try:
                digests |= parse_index(remote.content(index.oid), layout.index_of(owner))
            except TreeError as error:
                raise GitError(f"in {remote.shown}: {error}") from None
    return _Standing(mine, others, digests)


def _refuse_taken(publication: Publication, standing: _Standing, remote: Remote) -> None:
    """An environment may be published by many workspaces, each with its own models; a model by one alone."""
    taken = [owner for owner in publication.owners if "/" in owner and owner in standing.others]
    if taken:
        raise GitError(
            f"{taken[0]} in {remote.shown} is published by {standing.others[taken[0]]}: give the model another name, "
            "or take it out of that workspace first"
        )


def _emptied(publication: Publication, standing: _Standing) -> list[str]:
    def environments(owners: Mapping[str, str]) -> set[str]:
        return {owner.partition("/")[0] for owner in owners if "/" in owner}

    return sorted(environments(standing.mine) - environments(publication.owners))


def _removed(publication: Publication, standing: _Standing, entries: Mapping[str, Entry]) -> Iterator[str]:
    """Files that this workspace published and does not any more, and the indexes of owners that are gone."""
    layout = publication.layout
    shared = {layout.index_of(owner) for owner in standing.others}
    for path in standing.digests:
        if path in entries and path not in publication.files:
            yield path
    for owner in standing.mine:
        index = layout.index_of(owner)
        if index in entries and index not in publication.files and index not in shared:
            yield index


def _refuse_foreign(
    publication: Publication,
    written: Mapping[str, bytes],
    entries: Mapping[str, Entry],
    standing: _Standing,
    remote: Remote,
) -> None:
    folders = {parent for path in entries for parent in _ancestors(path)}
    own = {publication.record, *(path for path in written if path.startswith(f"{publication.output}/.mlspec/"))}
    for path in sorted(written):
        blocked = next((parent for parent in _ancestors(path) if parent in entries), None)
        if path in folders or blocked or (path in entries and path not in standing.digests and path not in own):
            raise GitError(
                f"{blocked or path} in {remote.shown} was not written by mlspec, and stands where it must write: "
                "move it or delete it there"
            )


def _was_edited(path: str, standing: _Standing, entries: Mapping[str, Entry], remote: Remote) -> bool:
    if path not in standing.digests or path not in entries:
        return False
    with suppress(GitError):
        return hashlib.sha256(remote.content(entries[path].oid)).hexdigest() not in standing.digests[path]
    return True


def _is(entry: Entry | None, content: bytes) -> bool:
    """Whether an entry is a plain file with that content, by git's own name for it."""
    name = hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()
    return entry is not None and entry == Entry("100644", name)


def _ancestors(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
