"""What a commit changes in; its message, with the commit of the specs as trailers, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .publication import Publication
from .step import Step

_LONGEST = 72
_NEW = "\0"
"""Ends a version where none was published before."""


class Origin(NamedTuple):
    """Where the specs come from: the commit, and the repository without credentials; empty where nobody knows."""

    commit: str
    repository: str


def message(publication: Publication, step: Step, origin: Origin) -> str:
    """A subject, a line for each model that changes, and trailers (git-interpret-trailers(1))."""
    trailers = {"Source-Commit": origin.commit, "Source-Repository": origin.repository}
    body = "\n".join(f"- {line}" for line in changed_owners(publication, step))
    said = "\n".join(f"{key}: {value}" for key, value in trailers.items() if value)
    return "\n\n".join(part for part in (_subject(publication, step), body, said) if part) + "\n"


def _subject(publication: Publication, step: Step) -> str:
    """The one change, or how many models it is about; what environments share follows from their models."""
    changes, environments = _changes(publication, step)
    if len(changes) == 1:
        subject = f"Publish {_line(*next(iter(changes.items())))}"
    elif changes:
        models = sorted({model for model, _ in changes})
        places = sorted({place for those in changes.values() for place in those})
        subject = f"Publish {models[0] if len(models) == 1 else f'{len(models)} models'} in {_joined(places)}"
    else:
        subject = f"Publish {' and '.join(environments)}".strip()
    return subject if len(subject) <= _LONGEST else f"Publish {len(changes)} changes"


def changed_owners(publication: Publication, step: Step) -> Iterator[str]:
    """`churn 1.0.0 -> 1.1.0 in prod and staging`, by model; what no owner's file explains is not named."""
    changes, environments = _changes(publication, step)
    yield from (_line(change, places) for change, places in changes.items())
    yield from environments


def _changes(publication: Publication, step: Step) -> tuple[dict[tuple[str, str], list[str]], list[str]]:
    """Each model with what became of it, and where; and each environment of which a file of its own changed."""
    touched = sorted(_owners_of(publication, step), key=lambda owner: owner.partition("/")[::-1])
    changes: dict[tuple[str, str], list[str]] = {}
    for owner in touched:
        environment, _, model = owner.partition("/")
        if model:
            changes.setdefault((model, _version(publication, step, owner)), []).append(environment)
    return changes, [f"environment {owner}" for owner in touched if "/" not in owner]


def _version(publication: Publication, step: Step, owner: str) -> str:
    """Empty where the owner is gone."""
    if owner not in publication.owners:
        return ""
    old, new = step.before.get(owner, ""), publication.owners[owner]
    return new if old == new else f"{old} -> {new}" if old else f"{new}{_NEW}"


def _line(change: tuple[str, str], places: Sequence[str]) -> str:
    model, version = change
    if not version:
        return f"{model} removed from {_joined(places)}"
    new = " (new)" if version.endswith(_NEW) else ""
    return f"{model} {version.removesuffix(_NEW)} in {_joined(places)}{new}"


def _joined(words: Sequence[str]) -> str:
    """`dev, prod and staging`."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _owners_of(publication: Publication, step: Step) -> set[str]:
    """Owners of which a file is written or removed: an index changes with every one of its files."""
    layout = publication.layout
    indexes: Mapping[str, str] = {layout.index_of(owner): owner for owner in {*publication.owners, *step.before}}
    changed = {indexes[path] for path in (*step.written, *step.removed) if path in indexes}
    hand = {path for path in step.edited if path not in indexes}
    folders = {f"{publication.output}/{owner}/": owner for owner in publication.owners if "/" in owner}
    return changed | {owner for folder, owner in folders.items() if any(path.startswith(folder) for path in hand)}
