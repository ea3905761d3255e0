"""A model in its environments and the lock of the last time -> the lock as it should be, and what could not be pinned.

What is pinned and still fits is kept, so that locking again asks for nothing and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from mlspec.checks.lock import BASE_MISSING, BASE_UNPINNED, NOT_IN_REGISTRY, UNKNOWN_PYTHON, UNRESOLVABLE
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.locks import with_lock
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_files, plan_unpinned
from mlspec.plan.image import ImagePlan
from mlspec.plan.pins import differences, image_key
from mlspec.registry.client import RegistryClient
from mlspec.registry.exchange import NoAnswer
from mlspec.spec.lock import UNPINNED, Lock, LockedImage, LockedModel, LockMetadata, Platform
from mlspec.spec.requirements import distribution, read_requirements

from . import mlflow
from .distributions import Asked, Unresolvable, Upgrade, find_uv, resolve

PLATFORMS: tuple[Platform, ...] = ("linux/amd64", "linux/arm64")


@dataclass(frozen=True)
class Result:
    """`lock` is None where there is an error among the findings."""

    lock: Lock | None
    findings: tuple[Diagnostic, ...] = ()


class _Failed(Exception):
    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass
class Locksmith:
    """Asks for what models have in common once; `told` hears what takes long."""

    folder: Path
    upgrade: Upgrade
    told: Callable[[str], None]
    _registries: RegistryClient = field(default_factory=RegistryClient)
    _distributions: dict[Asked, str | Unresolvable] = field(default_factory=dict)
    _digests: dict[str, str | NoAnswer | None] = field(default_factory=dict)

    def lock(self, specs: Sequence[ResolvedSpec], before: Lock | None) -> Result:
        """`specs` are of one model, read without its lock. Raises MissingUv where uv is needed."""
        name = specs[0].name
        warnings: list[Diagnostic] = []
        try:
            models = list(self._models(specs, before))
            known = Lock(api_version="mlspec.dev/v1", kind="Lock", metadata=LockMetadata(name=name), models=models)
            images: dict[str, LockedImage] = {}
            for resolved in (_with(known, each) for each in specs):
                plan = plan_unpinned(resolved, "")
                if image_key(plan) not in images:
                    found = before.images.get(image_key(plan)) if before else None
                    images[image_key(plan)] = self._image(resolved, plan, found, warnings)
        except _Failed as failure:
            return Result(None, (*warnings, failure.finding))
        return Result(known.model_copy(update={"images": images}), tuple(warnings))

    def _models(self, specs: Sequence[ResolvedSpec], before: Lock | None) -> Iterator[LockedModel]:
        seen: set[tuple[str | None, str | None]] = set()
        for resolved in specs:
            source = resolved.spec.model
            if source.uri is None or (source.uri, source.revision) in seen:
                continue
            seen.add((source.uri, source.revision))
            if digest := model_files(resolved.model, resolved.spec, resolved.files).digest:
                yield LockedModel(uri=source.uri, digest=digest)
            elif source.uri.startswith("models:"):
                yield self._registered(resolved, source.uri, before)

    def _registered(self, resolved: ResolvedSpec, uri: str, before: Lock | None) -> LockedModel:
        known = before.model_at(uri, None) if before else None
        if known is not None and known.location and not self.upgrade.includes(uri):
            return known
        self.told(f"asking the registry for {uri}")
        try:
            found = mlflow.find(uri, resolved.spec.model.format)
        except mlflow.NotInRegistry as error:
            place = resolved.at("model", "uri")
            raise _Failed(NOT_IN_REGISTRY.error(place, str(error), label="cannot be locked")) from error
        return LockedModel(uri=uri, location=found.location, version=found.version, size=found.size)

    def _image(
        self, resolved: ResolvedSpec, plan: ImagePlan, before: LockedImage | None, warnings: list[Diagnostic]
    ) -> LockedImage:
        return LockedImage(
            base_image=plan.base_image,
            digest=self._base(resolved, plan, before, warnings),
            python=plan.interpreter if plan.requirements else None,
            platforms=[*PLATFORMS] if plan.requirements else [],
            requirements=list(plan.requirements),
            distributions=self._pins(resolved, plan, before) if plan.requirements else "",
        )

    def _base(
        self, resolved: ResolvedSpec, plan: ImagePlan, before: LockedImage | None, warnings: list[Diagnostic]
    ) -> str:
        image = plan.base_image
        if "@" in image:
            return image.partition("@")[2]
        kept = before.digest if before and before.base_image == image else UNPINNED
        if kept != UNPINNED and not self.upgrade.includes(image):
            return kept
        found = self._digest(image)
        if isinstance(found, NoAnswer):
            what = "is not pinned" if kept == UNPINNED else "stays as it was"
            place = _place(resolved, "build", "baseImage")
            warnings.append(BASE_UNPINNED.warning(place, f"{image} {what}: {found}", label="no digest"))
            return kept
        if found is None:
            place = _place(resolved, "build", "baseImage")
            raise _Failed(
                BASE_MISSING.error(place, f"there is no image {image} in its registry", label="no such image")
            )
        return found

    def _digest(self, image: str) -> str | NoAnswer | None:
        if image not in self._digests:
            self.told(f"asking for the digest of {image}")
            try:
                self._digests[image] = self._registries.digest(image)
            except NoAnswer as error:
                self._digests[image] = error
        return self._digests[image]

    def _pins(self, resolved: ResolvedSpec, plan: ImagePlan, before: LockedImage | None) -> str:
        if plan.interpreter is None:
            place = resolved.at("build", "baseImage")
            message = f"which Python has {plan.base_image}? Distributions are chosen for one"
            raise _Failed(UNKNOWN_PYTHON.error(place, message, label="has which Python?"))
        pins = before.distributions if before else ""
        named = any(self.upgrade.includes(each) for each in _names(pins))
        fits = before is not None and not any(each.field[1] != "baseImage" for each in differences(plan, before))
        if fits and not named and before is not None and tuple(before.platforms) == PLATFORMS:
            return pins
        found = self._resolved(Asked(plan.requirements, plan.interpreter, pins), resolved.name)
        if isinstance(found, Unresolvable):
            raise _Failed(_unresolvable(resolved, found))
        return found

    def _resolved(self, asked: Asked, name: str) -> str | Unresolvable:
        if asked not in self._distributions:
            self.told(f"resolving the distributions of {name}")
            try:
                found: str | Unresolvable = resolve(_uv(), asked, PLATFORMS, self.upgrade, self.folder)
            except Unresolvable as error:
                found = error
            self._distributions[asked] = found
        return self._distributions[asked]


@cache
def _uv() -> str:
    return find_uv()


def _with(lock: Lock, resolved: ResolvedSpec) -> ResolvedSpec:
    """The spec with its model where the lock has it; the rest of the lock is still to come."""
    base = resolved.model.base
    model = replace(resolved.model, base=base and with_lock(base, lock))
    return replace(resolved, model=model, spec=with_lock(resolved.spec, lock))


def _names(pins: str) -> Iterator[str]:
    return (distribution(line) for _, line in read_requirements(pins))


def _unresolvable(resolved: ResolvedSpec, failure: Unresolvable) -> Diagnostic:
    """At the line of the spec that asks for what uv blames; what nobody wrote there the format, or our server, asks."""
    stated = resolved.spec.build.requirements
    if isinstance(stated, list):
        for index, line in enumerate(stated):
            if distribution(line) in failure.names:
                place = resolved.at("build", "requirements", index)
                return UNRESOLVABLE.error(place, str(failure), label="does not go with the others")
    place = _place(resolved, "build", "requirements")
    return UNRESOLVABLE.error(place, str(failure), label="asks for this")


def _place(resolved: ResolvedSpec, *field: str) -> Span:
    return resolved.at(*field) if resolved.has(*field) else resolved.at("model", "format")
