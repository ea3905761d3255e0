"""A model in its environments and the lock of the last time -> every place that it comes from, with its digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mlspec.checks.lock import MODEL_LARGER, MODEL_MISSING, MODEL_UNPINNED, NOT_IN_REGISTRY
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_files
from mlspec.spec.location import location
from mlspec.spec.lock import UNPINNED, Lock, LockedModel

from . import mlflow
from .distributions import Upgrade
from .refused import Refused
from .stores import Measured, NotMeasured, Wanted, measure, wanted


@dataclass
class ModelLocks:
    """Asks for what models have in common once; `told` hears what takes long."""

    upgrade: Upgrade
    told: Callable[[str], None]
    reads_stores: bool = True
    """Whether a model in a store may be read, all of it, for its digest."""
    _measured: dict[Wanted, Measured | NotMeasured] = field(default_factory=dict)

    def of(
        self, specs: Sequence[ResolvedSpec], before: Lock | None, warnings: list[Diagnostic]
    ) -> Iterator[LockedModel]:
        """`specs` are of one model, read without its lock. Raises Refused."""
        seen: set[tuple[str | None, str | None]] = set()
        for resolved in specs:
            source = resolved.spec.model
            place = (source.uri, source.revision)
            if place in seen or (found := self._of(resolved, before, warnings)) is None:
                continue
            seen.add(place)
            yield found

    def _of(self, resolved: ResolvedSpec, before: Lock | None, warnings: list[Diagnostic]) -> LockedModel | None:
        """None where there is nothing to find out."""
        source, where = resolved.spec.model, location(resolved.spec.model.uri)
        if source.uri is None:
            return None
        if digest := model_files(resolved.model, resolved.spec, resolved.files).digest:
            return LockedModel(uri=source.uri, digest=digest)
        known = before.model_at(source.uri, source.revision) if before else None
        if source.uri.startswith("models:"):
            entry = self._registered(resolved, source.uri, known)
        elif where is not None and where.is_fetched and source.digest is None:
            entry = known or LockedModel(uri=source.uri, revision=source.revision)
        else:
            return None
        return entry if source.digest else self._with_digest(resolved, entry, warnings)

    def _registered(self, resolved: ResolvedSpec, uri: str, known: LockedModel | None) -> LockedModel:
        if known is not None and known.location and not self.upgrade.includes(uri):
            return known
        self.told(f"asking the registry for {uri}")
        try:
            found = mlflow.find(uri, resolved.spec.model.format)
        except mlflow.NotInRegistry as error:
            place = resolved.at("model", "uri")
            raise Refused(NOT_IN_REGISTRY.error(place, str(error), label="cannot be locked")) from error
        return LockedModel(uri=uri, location=found.location, version=found.version, size=found.size)

    def _with_digest(self, resolved: ResolvedSpec, entry: LockedModel, warnings: list[Diagnostic]) -> LockedModel:
        """The digest of the last time, or of what the store has now."""
        uri = entry.location or entry.uri
        where = location(uri)
        # A commit of the Hub is its content: to ask again is to download it for nothing.
        moves = where is not None and where.scheme != "hf"
        again = entry.uri in self.upgrade.names or (moves and self.upgrade.everything)
        if where is None or (entry.pinned_digest and not again):
            return entry
        loose = entry.model_copy(update={"digest": entry.pinned_digest or UNPINNED})
        if not self.reads_stores:
            return loose
        found = self._measure(wanted(resolved, uri, where))
        if isinstance(found, Measured):
            return entry.model_copy(update={"digest": found.digest, "size": found.size})
        warnings.append(_not_measured(resolved, uri, found, kept=bool(entry.pinned_digest)))
        return loose

    def _measure(self, model: Wanted) -> Measured | NotMeasured:
        if model not in self._measured:
            self.told(f"reading {model.uri}")
            try:
                self._measured[model] = measure(model, self.told)
            except NotMeasured as error:
                self._measured[model] = error
        return self._measured[model]


def _not_measured(resolved: ResolvedSpec, uri: str, error: NotMeasured, *, kept: bool) -> Diagnostic:
    """A warning where another day or another place may do better; raises Refused where the spec is wrong."""
    place = resolved.at("model", "uri")
    if error.reason == "missing":
        raise Refused(MODEL_MISSING.error(place, str(error), label="no such model")) from error
    if error.reason == "size":
        path = ("model", "size") if resolved.has("model", "size") else ("model", "uri")
        raise Refused(MODEL_LARGER.error(resolved.at(*path), str(error), label="too small")) from error
    what = "its digest stays as it was" if kept else "its digest is not known"
    said = f"{error}; {what}" if uri in str(error) else f"{uri}: {error}; {what}"
    return MODEL_UNPINNED.warning(place, said, label="no digest")
