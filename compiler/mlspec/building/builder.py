"""What a builder of images can be asked for; one module each, chosen by the programs that are there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .program import Runner
from .targets import Target

EPOCH = 315532800
"""1980-01-01: the earliest date that every archive format can hold. All files of an image bear it, so that two builds
of one context are one image, wherever and whenever they are made."""
CHOICES = ("docker", "podman", "buildah")


class NoBuilder(Exception):
    """There is no builder; the message says how to get one."""


@dataclass(frozen=True)
class Wish:
    """What is wanted of a build: `push` the image, `options` that the user passes on to the builder."""

    push: bool = False
    options: tuple[str, ...] = ()
    epoch: int = EPOCH
    attestations: bool = True


class Builder(Protocol):
    """docker with buildx, podman or buildah."""

    @property
    def name(self) -> str: ...

    @property
    def pushes_what_it_builds(self) -> bool:
        """Whether one step does both, and no image stays here."""

    def lacks(self, wish: Wish) -> str:
        """What it cannot do that another builder could; empty where there is nothing."""

    def has(self, runner: Runner, tag: str) -> bool:
        """Whether this machine has the image."""

    def build(self, runner: Runner, target: Target, wish: Wish) -> None:
        """Makes the image under all its tags. Raises BuildFailed."""

    def push(self, runner: Runner, tag: str) -> None:
        """An image that this machine has. Raises BuildFailed."""


@dataclass(frozen=True)
class Found:
    """Programs of this machine, by what `which` and a question to each said."""

    programs: dict[str, str] = field(default_factory=dict)

    @classmethod
    def here(cls) -> Found:
        return cls({name: path for name in CHOICES if (path := shutil.which(name)) is not None})


def choose_builder(wanted: str | None, found: Found | None = None) -> Builder:
    """The one that is wanted, or the first that works. Raises NoBuilder."""
    here = found or Found.here()
    names = [wanted] if wanted else list(CHOICES)
    for name in names:
        if name in here.programs and (name != "docker" or _has_buildx(here.programs[name])):
            return _builder(name, here.programs[name])
    if wanted == "docker" and "docker" in here.programs:
        raise NoBuilder("docker is here, and buildx is not, or no builder answers it: see docker buildx inspect")
    if wanted:
        raise NoBuilder(f"{wanted} is not installed")
    raise NoBuilder("there is none of docker with buildx, podman and buildah: install one of them")


def _builder(name: str, program: str) -> Builder:
    if name == "docker":
        from .buildx import Buildx

        return Buildx(program)
    from .buildah import Buildah

    return Buildah(name, program)


def _has_buildx(program: str) -> bool:
    return _ends_well([program, "buildx", "inspect"])


def _ends_well(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0  # noqa: S603 - `docker buildx inspect`
    except (OSError, subprocess.TimeoutExpired):
        return False


def source_date_epoch() -> int:
    """As the variable SOURCE_DATE_EPOCH says (reproducible-builds.org), or EPOCH. Raises NoBuilder for no date."""
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    if stated and not (stated.isascii() and stated.isdigit()):
        raise NoBuilder(f"SOURCE_DATE_EPOCH={stated} is no number of seconds")
    return int(stated) if stated else EPOCH
