"""A model in its environments and the lock of the last time -> the lock as it should be, and what could not be pinned.

What is pinned and still fits is kept, so that locking again asks for nothing and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from mlspec.checks.lock import BASE_MISSING, BASE_UNPINNED, UNKNOWN_PYTHON, UNRESOLVABLE
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.locks import with_lock
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import plan_unpinned
from mlspec.plan.image import ImagePlan
from mlspec.plan.pins import differences, image_key
from mlspec.registry.client import RegistryClient
from mlspec.registry.exchange import NoAnswer
from mlspec.registry.reference import parse_reference
from mlspec.spec.lock import UNPINNED, Lock, LockedImage, LockMetadata, Platform
from mlspec.spec.requirements import distribution, read_requirements

from .distributions import Asked, Unresolvable, Upgrade, find_uv, resolve
from .models import ModelLocks
from .refused import Refused

PLATFORMS: tuple[Platform, ...] = ("linux/amd64", "linux/arm64")


@dataclass(frozen=True)
class Result:
    """`lock` is None where there is an error among the findings."""

    lock: Lock | None
    findings: tuple[Diagnostic, ...] = ()


@dataclass
class Locksmith:
    """Asks for what models have in common once; `told` hears what takes long."""

    folder: Path
    upgrade: Upgrade
    told: Callable[[str], None]
    reads_stores: InitVar[bool] = True
    _models: ModelLocks = field(init=False)
    _registries: RegistryClient = field(default_factory=RegistryClient)
    _distributions: dict[Asked, str | Unresolvable] = field(default_factory=dict)
    _digests: dict[str, str | NoAnswer | None] = field(default_factory=dict)

    def __post_init__(self, reads_stores: bool) -> None:
        self._models = ModelLocks(self.upgrade, self.told, reads_stores)

    def lock(self, specs: Sequence[ResolvedSpec], before: Lock | None) -> Result:
        """`specs` are of one model, read without its lock. Raises MissingUv where uv is needed."""
        name = specs[0].name
        warnings: list[Diagnostic] = []
        try:
            models = list(self._models.of(specs, before, warnings))
            known = Lock(api_version="mlspec.dev/v1", kind="Lock", metadata=LockMetadata(name=name), models=models)
            images: dict[str, LockedImage] = {}
            for resolved in (_with(known, each) for each in specs):
                plan = plan_unpinned(resolved, "")
                if image_key(plan) not in images:
                    found = before.images.get(image_key(plan)) if before else None
                    images[image_key(plan)] = self._image(resolved, plan, found, warnings)
        except Refused as failure:
            return Result(None, (*warnings, failure.finding))
        return Result(known.model_copy(update={"images": images}), tuple(warnings))

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
            warnings.append(_not_asked(resolved, image, found, kept))
            return kept
        if found is None:
            place = _place(resolved, "build", "baseImage")
            raise Refused(
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
            raise Refused(UNKNOWN_PYTHON.error(place, message, label="has which Python?"))
        pins = before.distributions if before else ""
        named = any(self.upgrade.includes(each) for each in _names(pins))
        fits = before is not None and not any(each.field[1] != "baseImage" for each in differences(plan, before))
        if fits and not named and before is not None and tuple(before.platforms) == PLATFORMS:
            return pins
        found = self._resolved(Asked(plan.requirements, plan.interpreter, pins), resolved.name)
        if isinstance(found, Unresolvable):
            raise Refused(_unresolvable(resolved, found))
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


def _not_asked(resolved: ResolvedSpec, image: str, why: NoAnswer, kept: str) -> Diagnostic:
    """A base image that keeps the digest of the last time, or none."""
    place = _place(resolved, "build", "baseImage")
    if kept != UNPINNED:
        return BASE_UNPINNED.warning(place, f"{image} stays as it was: {why}", label="not asked for")
    return BASE_UNPINNED.warning(
        place,
        f"{image} is not pinned: {why}",
        label="no digest",
        remedy="until it is, a build starts from whatever the tag names on that day: run "
        f"`mlspec lock {resolved.name}` again where {parse_reference(image).registry} can be reached, or write the "
        f"digest yourself, `baseImage: {image}@sha256:…`",
    )


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
                return UNRESOLVABLE.error(
                    place, str(failure), label="does not go with the others", remedy=failure.remedy
                )
    place = _place(resolved, "build", "requirements")
    return UNRESOLVABLE.error(place, str(failure), label="asks for this", remedy=failure.remedy)


def _place(resolved: ResolvedSpec, *field: str) -> Span:
    return resolved.at(*field) if resolved.has(*field) else resolved.at("model", "format")
