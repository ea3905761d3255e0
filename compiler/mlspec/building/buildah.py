"""buildah and podman, whose command lines agree in all that is asked for here: no daemon, and one storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlspec.registry.reference import parse_reference

from .builder import Wish
from .program import Runner
from .targets import Target


@dataclass(frozen=True)
class Buildah:
    """`name` is the one of the two."""

    name: str
    program: str
    pushes_what_it_builds: bool = False

    def lacks(self, wish: Wish) -> str:
        return f"{self.name} makes neither an SBOM nor a provenance: docker buildx does" if wish.attestations else ""

    def has(self, runner: Runner, tag: str) -> bool:
        question = ["inspect", "--type", "image", tag] if self.name == "buildah" else ["image", "exists", tag]
        return runner.succeeds([self.program, *question])

    def build(self, runner: Runner, target: Target, wish: Wish) -> None:
        tags = (word for tag in target.tags for word in ("--tag", tag))
        # --layers: a run that was killed goes on with the steps that it had finished.
        words = ["build", "--layers", "--identity-label=false", f"--timestamp={wish.epoch}", *_tls(target.base)]
        command = [self.program, *words, *wish.options, *tags, target.folder]
        # A newer one would take the variable for a second date, beside --timestamp.
        without = {name: value for name, value in runner.variables.items() if name != "SOURCE_DATE_EPOCH"}
        Runner(runner.folder, runner.told, runner.show, without).run(command, f"building {target.name}")

    def push(self, runner: Runner, tag: str) -> None:
        registry = parse_reference(tag).registry
        runner.run([self.program, "push", *_tls(tag), tag, f"docker://{tag}"], f"pushing {tag}", registry)


def _tls(image: str) -> Sequence[str]:
    """A registry on loopback may speak plain HTTP, which docker allows by itself."""
    return ["--tls-verify=false"] if parse_reference(image).is_loopback else []
