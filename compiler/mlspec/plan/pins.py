"""An image's plan and the lock of its model -> the same, pinned; or what of the spec has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from mlspec.spec.lock import UNPINNED, Lock, LockedImage

from .image import ImagePlan


def image_key(plan: ImagePlan) -> str:
    """By which a lock knows an image: `churn`, `churn.prod`."""
    return PurePosixPath(plan.folder).name


def pinned(plan: ImagePlan, lock: Lock | None) -> ImagePlan:
    """With the lock's digest of the base image and its distributions. One that no longer fits changes nothing."""
    section = lock.images.get(image_key(plan)) if lock else None
    if section is None or next(differences(plan, section), None):
        return plan
    digest = None if section.digest == UNPINNED else section.digest
    return replace(plan, base_digest=digest, distributions=section.distributions)


class Difference(Struct, frozen=True):
    """A field of the spec and what its value was when it was locked, and is now."""

    field: tuple[str, str]
    was: str
    now: str


def differences(plan: ImagePlan, section: LockedImage) -> Iterator[Difference]:
    """What an image is made of now, other than when it was locked."""
    if section.base_image != plan.base_image:
        yield Difference(("build", "baseImage"), section.base_image, plan.base_image)
    if plan.requirements and section.python != plan.interpreter:
        yield Difference(("build", "python"), section.python or "none", plan.interpreter or "unknown")
    was, now = set(section.requirements), set(plan.requirements)
    if was != now:
        gone, come = (", ".join(sorted(lines)) or "nothing" for lines in (was - now, now - was))
        yield Difference(("build", "requirements"), gone, come)
