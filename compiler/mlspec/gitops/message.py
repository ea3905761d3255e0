"""What a commit changes in; its message, with the commit of the specs as trailers, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .publication import Publication
from .step import Step

_LONGEST = 72


class Origin(NamedTuple):
    """Where the specs come from: the commit, and the repository without credentials; empty where nobody knows."""

    commit: str
    repository: str


def message(publication: Publication, step: Step, origin: Origin) -> str:
    """A subject, a line for each owner that changes, and trailers (git-interpret-trailers(1))."""
    lines = list(changed_owners(publication, step))
    subject = f"Publish {lines[0]}" + (f" and {len(lines) - 1} more" if len(lines) > 1 else "") if lines else "Publish"
    if len(subject) > _LONGEST:
        subject = f"Publish {len(lines)} changes"
    trailers = {"Source-Commit": origin.commit, "Source-Repository": origin.repository}
    body = "\n".join(f"- {line}" for line in lines)
    said = "\n".join(f"{key}: {value}" for key, value in trailers.items() if value)
    return "\n\n".join(part for part in (subject, body, said) if part) + "\n"


def changed_owners(publication: Publication, step: Step) -> Iterator[str]:
    """`churn 1.0.0 -> 1.1.0 in prod`, by owner; what no owner's file explains is not named."""
    touched = _owners_of(publication, step)
    for owner in sorted(touched):
        environment, _, model = owner.partition("/")
        if not model:
            yield f"environment {environment}"
            continue
        old, new = step.before.get(owner, ""), publication.owners.get(owner, "")
        gone = owner not in publication.owners
        version = "" if gone else f" {new}" if old == new else f" {old} -> {new}" if old else f" {new}, new,"
        yield f"{model}{version} {'removed from' if gone else 'in'} {environment}"


def _owners_of(publication: Publication, step: Step) -> set[str]:
    """Owners of which a file is written or removed: an index changes with every one of its files."""
    layout = publication.layout
    indexes: Mapping[str, str] = {layout.index_of(owner): owner for owner in {*publication.owners, *step.before}}
    changed = {indexes[path] for path in (*step.written, *step.removed) if path in indexes}
    hand = {path for path in step.edited if path not in indexes}
    folders = {f"{publication.output}/{owner}/": owner for owner in publication.owners if "/" in owner}
    return changed | {owner for folder, owner in folders.items() if any(path.startswith(folder) for path in hand)}
