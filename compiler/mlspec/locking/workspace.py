"""A workspace -> its models as their specs have them, the locks beside them, and what of those is missing or stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.checks.delivery import SIZE_MISSING
from mlspec.checks.lock import MENDED_BY_LOCKING
from mlspec.checks.policy import REQUIRE_DIGEST
from mlspec.checks.registry import run_checks
from mlspec.codes import not_ignorable
from mlspec.diagnostics import Diagnostic, ExitCode, has_errors, in_order
from mlspec.environment.joined import joined
from mlspec.environment.locks import lock_path, locks_in
from mlspec.environment.resolve import resolve
from mlspec.environment.resolved import ResolvedSpec
from mlspec.source.files import Files
from mlspec.source.read import read_specs, together
from mlspec.source.suggestion import did_you_mean, meant_or_all
from mlspec.spec.location import location
from mlspec.spec.lock import UNPINNED, Lock
from mlspec.spec.requirements import distribution, read_requirements
from mlspec.tree.replace import replace

from .distributions import Upgrade
from .lock_model import Locksmith
from .text import lock_text
from .unlocked import Unlocked

_MENDED_BY_READING = frozenset({SIZE_MISSING.id, REQUIRE_DIGEST.id})
"""Findings about a model in a store, which locking reads."""


class UnknownName(Exception):
    """There is no such model, or nothing of that name is pinned."""


@dataclass(frozen=True)
class Outcome:
    """What locking one model came to, in an exit status, a few words and findings."""

    status: int
    said: str
    findings: tuple[Diagnostic, ...] = ()


@dataclass
class Locks:
    """The models that were asked for; `findings` are errors, which keep them from being locked."""

    files: Files
    specs: dict[str, list[ResolvedSpec]]
    """By model, read without their locks."""
    locked: dict[str, list[ResolvedSpec]]
    """The same with them."""
    findings: list[Diagnostic] = field(default_factory=list)

    @classmethod
    def read(cls, files: Files, folder: str, models: Sequence[str]) -> Locks:
        """Raises UnknownName for a model that the workspace does not have."""
        parsed = together(read_specs(files, folder).values())
        bare = resolve(parsed.documents, Unlocked(files), complete=parsed.complete)
        full = resolve(parsed.documents, files, complete=parsed.complete)
        specs, locked = _by_model(bare.specs), _by_model(full.specs)
        found = [*parsed.diagnostics, *bare.diagnostics]
        for name in models:
            if name not in specs and not has_errors(found):
                raise UnknownName(_no_model(name, specs))
        chosen = {name: specs[name] for name in sorted(specs) if not models or name in models}
        for each in chosen.values():
            found += _refusals(each)
        # Another model's mistakes are for another day.
        others = {model.source for model in bare.models if models and model.metadata.name not in models}
        wrong = [each for each in in_order(found) if has_errors([each]) and each.span.file not in others]
        return cls(files, chosen, locked, wrong)

    @property
    def names(self) -> list[str]:
        return list(self.specs)

    def lock(self, name: str, smith: Locksmith, root: Path) -> Outcome:
        """Writes the model's lock, where it has to change."""
        path = lock_path(self.specs[name][0].model.source)
        others = locks_in(self.files, path)
        before = others.pop(name, None)
        result = smith.lock(self.specs[name], before)
        if result.lock is None:
            return Outcome(ExitCode.ERROR, "not locked", result.findings)
        content = lock_text([*others.values(), result.lock]).encode()
        if self.files.size(path) is not None and self.files.read(path) == content:
            return Outcome(ExitCode.CLEAN, f"unchanged   {_summary(result.lock)}", result.findings)
        replace(root / path, content)
        return Outcome(ExitCode.CHANGED, f"locked      {_summary(result.lock)}", result.findings)

    def upgrade(self, names: Iterable[str], *, everything: bool) -> Upgrade:
        """What is to be asked for again. Raises UnknownName where nothing of a name is pinned."""
        known = {name for each in self._chosen() for name in _pinned_names(each)}
        for name in names:
            if name not in known:
                raise UnknownName(self._not_pinned(name, known))
        return Upgrade(everything, frozenset(names))

    def stale(self) -> list[Diagnostic]:
        """What no longer fits, or cannot be read."""
        found = [
            (spec.environment.name, problem)
            for name in self.specs
            for spec in self.locked[name]
            for problem in run_checks(spec)
            if _is_mended(spec, problem)
        ]
        return in_order(joined(found))

    def missing(self) -> list[str]:
        return [name for name in self.specs if self.locked[name][0].model.lock is None]

    def unpinned(self) -> list[tuple[str, str]]:
        """Models, and what of each has no digest, in words."""
        found = [(lock.metadata.name, loose) for lock in self._chosen() for loose in _unpinned(lock)]
        return list(dict.fromkeys(found))

    def _chosen(self) -> list[Lock]:
        return [lock for name in self.specs if (lock := self.locked[name][0].model.lock) is not None]

    def _not_pinned(self, name: str, known: set[str]) -> str:
        if name in self.locked:
            return f"{name} is a model: `mlspec lock {name} --upgrade` upgrades all that it has pinned"
        near = did_you_mean(name, sorted(known))
        return f"no lock pins {name}: " + (f"did you mean {near}?" if near else "there is nothing to upgrade")


def _by_model(specs: Iterable[ResolvedSpec]) -> dict[str, list[ResolvedSpec]]:
    found: dict[str, list[ResolvedSpec]] = {}
    for spec in specs:
        found.setdefault(spec.name, []).append(spec)
    return found


def _refusals(specs: Iterable[ResolvedSpec]) -> list[Diagnostic]:
    """Errors that would make a lock of what cannot be built; what a lock mends is none, nor what works at a risk."""
    found = [
        (spec.environment.name, problem)
        for spec in specs
        for problem in run_checks(spec)
        if has_errors([problem]) and not _is_mended(spec, problem) and not_ignorable(problem)
    ]
    return joined(found)


def _is_mended(spec: ResolvedSpec, problem: Diagnostic) -> bool:
    """Whether `mlspec lock` does away with it."""
    where = location(spec.spec.model.uri)
    read = where is not None and where.is_fetched and problem.code in _MENDED_BY_READING
    return read or problem.code in MENDED_BY_LOCKING


def _no_model(name: str, specs: Iterable[str]) -> str:
    return f"there is no model `{name}`; {meant_or_all(name, specs)}"


def _pinned_names(lock: Lock) -> Iterable[str]:
    yield from (model.uri for model in lock.models if not model.uri.startswith("./"))
    for image in lock.images.values():
        yield image.base_image
        yield from (distribution(line) for _, line in read_requirements(image.distributions))


def _unpinned(lock: Lock) -> Iterator[str]:
    yield from (f"the base image {image.base_image}" for image in lock.images.values() if image.digest == UNPINNED)
    yield from (f"the model at {model.uri}" for model in lock.models if model.digest == UNPINNED)


def _summary(lock: Lock) -> str:
    """`17 distributions, base image pinned, model pinned`: the model where it lies in a store."""
    images = list(lock.images.values())
    names = {line.split()[0] for image in images for _, line in read_requirements(image.distributions)}
    number = f"{len(names)} distribution{'' if len(names) == 1 else 's'}"
    said = [number, _pinned("base image", [image.digest for image in images])]
    if digests := [model.digest for model in lock.models if not model.uri.startswith("./")]:
        said.append(_pinned("model", digests))
    return ", ".join(said)


def _pinned(what: str, digests: Iterable[str | None]) -> str:
    return f"{what} {'not ' if UNPINNED in digests else ''}pinned"
