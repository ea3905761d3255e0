"""docker buildx: BuildKit's own client, which also says what an image is made of and where it came from."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from mlspec.registry.reference import parse_reference

from .builder import Wish
from .program import Runner
from .targets import Target

_CONTAINERD = "io.containerd.snapshotter"


@dataclass(frozen=True)
class Buildx:
    """With whichever builder instance is current."""

    program: str
    name: str = "docker"
    pushes_what_it_builds: bool = True

    def lacks(self, wish: Wish) -> str:
        if not wish.push:
            return "an image that stays on this machine gets neither SBOM nor provenance: --push makes both"
        if wish.attestations and not self._attests():
            return (
                "Docker's own storage holds neither SBOM nor provenance: turn containerd's image store on, or use "
                "another driver (docker buildx create --use)"
            )
        return ""

    def has(self, runner: Runner, tag: str) -> bool:
        return runner.succeeds([self.program, "image", "inspect", tag])

    def build(self, runner: Runner, target: Target, wish: Wish) -> None:
        command = [self.program, "buildx", "build", *self.words(wish), *wish.options]
        command += [word for tag in target.tags for word in ("--tag", tag)]
        epoch = {**runner.variables, "SOURCE_DATE_EPOCH": str(wish.epoch)}
        registry = parse_reference(target.tags[0]).registry if wish.push else ""
        Runner(runner.folder, runner.told, runner.show, epoch).run(
            [*command, target.folder], f"building {target.name}", registry
        )

    def push(self, runner: Runner, tag: str) -> None:
        runner.run([self.program, "push", tag], f"pushing {tag}", parse_reference(tag).registry)

    def words(self, wish: Wish) -> list[str]:
        """Where the image goes, with which dates, and what goes with it."""
        attested = wish.push and wish.attestations and self._attests()
        output = ["--output=type=registry,rewrite-timestamp=true"] if wish.push else ["--load"]
        # Without attestations a push is one image and not an index, which every registry takes.
        return [*output, *(["--sbom=true", "--provenance=mode=max"] if attested else ["--provenance=false"])]

    def _attests(self) -> bool:
        """Docker's own driver does with containerd's image store alone; every other driver does."""
        if re.search(r"^Driver:\s+docker$", self._said("buildx", "inspect"), re.MULTILINE) is None:
            return True
        return _CONTAINERD in self._said("info", "--format", "{{.DriverStatus}}")

    def _said(self, *words: str) -> str:
        done = subprocess.run([self.program, *words], capture_output=True, text=True, check=False)  # noqa: S603 - questions alone
        return done.stdout
