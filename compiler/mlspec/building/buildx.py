"""docker buildx: BuildKit's own client, which also says what an image is made of and where it came from."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cached_property

from mlspec.registry.reference import parse_reference

from .builder import Wish
from .program import Runner
from .targets import Target

_CONTAINERD = "io.containerd.snapshotter"
_ANOTHER = "another driver (docker buildx create --use)"
_UNPACKS_UNASKED = (29, 0, 1)
"""Docker before that unpacks every image that it builds, for which BuildKit refuses to rewrite dates.

Sources: "Docker Engine version 29 release notes"; https://github.com/moby/buildkit/issues/4230.
"""
DATED = "type=registry,rewrite-timestamp=true,unpack=false"
"""How an image is pushed, each of its files with one date."""


@dataclass(frozen=True)
class Abilities:
    """What a builder instance does with an image that it pushes."""

    attests: bool
    dates: bool
    """Gives all files one date."""

    def missing(self, *, attested: bool) -> str:
        """In words, with the way out; empty where nothing is that is wanted."""
        if attested and not self.attests:
            return (
                "Docker's own storage holds neither SBOM nor provenance, and files keep their dates there, so that two "
                f"builds are two images: {_ANOTHER}, or containerd's image store in Docker 29.0.1, does better"
            )
        if not self.dates:
            return (
                "files keep their dates in this Docker, so that two builds are two images: "
                f"{_ANOTHER}, or Docker 29.0.1, does better"
            )
        return ""


def read_abilities(inspected: str, storage: str, version: str) -> Abilities:
    """What `docker buildx inspect`, `docker info` of its DriverStatus and of its ServerVersion said."""
    if re.search(r"^Driver:\s+docker$", inspected, re.MULTILINE) is None:
        return Abilities(attests=True, dates=True)
    if _CONTAINERD not in storage:
        return Abilities(attests=False, dates=False)
    numbers = tuple(map(int, re.findall(r"\d+", version)[:3]))
    return Abilities(attests=True, dates=numbers >= _UNPACKS_UNASKED)


@dataclass(frozen=True)
class Buildx:
    """With whichever builder instance is current."""

    program: str
    name: str = "docker"
    pushes_what_it_builds: bool = True

    def lacks(self, wish: Wish) -> str:
        if not wish.push:
            return "an image that stays on this machine gets neither SBOM nor provenance: --push makes both"
        return self._abilities.missing(attested=wish.attestations)

    def has(self, runner: Runner, tag: str) -> bool:
        return runner.succeeds([self.program, "image", "inspect", tag])

    def build(self, runner: Runner, target: Target, wish: Wish) -> None:
        command = [self.program, "buildx", "build", *self._words(wish), *wish.options]
        command += [word for tag in target.tags for word in ("--tag", tag)]
        epoch = {**runner.variables, "SOURCE_DATE_EPOCH": str(wish.epoch)}
        registry = parse_reference(target.tags[0]).registry if wish.push else ""
        Runner(runner.folder, runner.told, runner.show, epoch).run(
            [*command, target.folder], f"building {target.name}", registry
        )

    def push(self, runner: Runner, tag: str) -> None:
        runner.run([self.program, "push", tag], f"pushing {tag}", parse_reference(tag).registry)

    def _words(self, wish: Wish) -> list[str]:
        """Where the image goes, with which dates, and what goes with it."""
        if not wish.push:
            return ["--load", "--provenance=false"]
        output = f"--output={DATED if self._abilities.dates else 'type=registry'}"
        attested = wish.attestations and self._abilities.attests
        # Without attestations a push is one image and not an index, which every registry takes.
        return [output, *(["--sbom=true", "--provenance=mode=max"] if attested else ["--provenance=false"])]

    @cached_property
    def _abilities(self) -> Abilities:
        return read_abilities(
            self._said("buildx", "inspect"),
            self._said("info", "--format", "{{.DriverStatus}}"),
            self._said("info", "--format", "{{.ServerVersion}}"),
        )

    def _said(self, *words: str) -> str:
        done = subprocess.run([self.program, *words], capture_output=True, text=True, check=False)  # noqa: S603 - questions alone
        return done.stdout
