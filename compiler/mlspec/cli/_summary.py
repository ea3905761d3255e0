"""What a compile changed in; the lines that say it, a row for each model, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlspec.tree.changes import Changes
from mlspec.tree.layout import IMAGES
from mlspec.unit import Listing

_MANY = 20
"""Above so many models only those are named that changed: nobody acts on the others."""
_MANY_FILES = 4
"""Above so many files of one model in one environment their names say no more than its."""


def edited(changes: Changes) -> Iterator[str]:
    """What somebody changed by hand and the compiler put back; of a folder that is gone its name says all."""
    from mlspec.tree.changes import Kind
    from mlspec.tree.diff import headline

    deleted = Counter(_folder(change.path) for change in changes.edited if change.kind is Kind.DELETED)
    told = set()
    for change in changes.edited:
        folder = _folder(change.path)
        if change.kind is Kind.DELETED and deleted[folder] > _MANY_FILES:
            if folder not in told:
                yield f"{deleted[folder]} files of {folder} were deleted by hand: put back"
                told.add(folder)
            continue
        done = "put back" if change.after is not None else "removed"
        yield f"{headline(change)}: {done}"


def _folder(path: str) -> str:
    """`generated/prod/churn`, what one model has in one environment."""
    return "/".join(path.split("/")[:3])


def rows(listing: Listing, changes: Changes) -> Iterator[str]:
    """`credit-risk   staging  prod     3 written, 1 removed`: models first, then what belongs to an environment."""
    written = Counter(_subject(change.owner) for change in changes.written)
    removed = Counter(_subject(change.owner) for change in changes.removed)
    places: dict[str, list[str]] = {}
    for model, environment in listing.places:
        places.setdefault(model, []).append(environment)
    subjects = [*sorted(places), *sorted({*written, *removed} - places.keys())]
    changed = [subject for subject in subjects if written[subject] or removed[subject]]
    shown = subjects if len(places) <= _MANY else changed
    width = max(map(len, shown), default=0)
    where = {subject: "  ".join(places.get(subject, [])) for subject in shown}
    widest = max(map(len, where.values()), default=0)
    for subject in shown:
        what = ", ".join(_amounts(written[subject], removed[subject])) or "unchanged"
        yield f"{subject:<{width}}   {where[subject]:<{widest}}   {what}"


def total(listing: Listing, changes: Changes) -> str:
    """`3 models × 2 environments, 104 files: 3 written, 1 removed, 100 unchanged`."""
    models, environments = len(listing.models), len(listing.environments)
    written, removed = len(changes.written), len(changes.removed)
    unchanged = changes.total - written
    alone = len(changes.shown) - len(changes.files)  # indexes that differ though all their files are as they should be
    amounts = [
        *_amounts(written, removed),
        *([f"{unchanged} unchanged"] if unchanged else []),
        *([f"{alone} {'index' if alone == 1 else 'indexes'} mended"] if alone else []),
    ]
    where = f"{count(models, 'model')} × {count(environments, 'environment')}"
    said = ", ".join(amounts)
    return f"{where}, {count(changes.total, 'file')}{f': {said}' if said else ''}"


def _subject(owner: str) -> str:
    """A model's name, or the name of the environment whose own file it is."""
    place, _, name = owner.partition("/")
    return name.partition(".")[0] if place == IMAGES else name or place


def _amounts(written: int, removed: int) -> list[str]:
    return [f"{number} {done}" for number, done in ((written, "written"), (removed, "removed")) if number]


def count(number: int, word: str) -> str:
    """`1 model`, `2 models`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
