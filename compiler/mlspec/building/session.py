"""Images that are wanted -> each built, pushed or skipped, and why; one that is there already is never built again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.registry.client import RegistryClient

from .builder import Builder, Wish
from .program import BuildFailed, Runner
from .targets import Target


@dataclass(frozen=True)
class Outcome:
    """What became of one image: `built`, `pushed`, `built and pushed` or `is there`."""

    target: Target
    done: str
    seconds: float = 0.0
    failure: BuildFailed | None = None


@dataclass
class Session:
    """One run of `mlspec build`."""

    builder: Builder
    wish: Wish
    root: Path
    told: Callable[[str], None]
    show: bool = False
    _registries: RegistryClient = field(default_factory=RegistryClient)

    def lacking(self, targets: Sequence[Target]) -> dict[Target, tuple[str, ...]]:
        """The tags that each image still lacks: in their registries for a push, else on this machine.

        All are asked for before anything is built. Raises NoAnswer.
        """
        return {target: tuple(tag for tag in target.tags if not self._is_there(tag)) for target in targets}

    def run(self, lacking: dict[Target, tuple[str, ...]]) -> Iterator[Outcome]:
        """Each image, once it is done; the first that fails ends the run."""
        for target, tags in lacking.items():
            started = time.perf_counter()
            if not tags:
                yield Outcome(target, "is there")
                continue
            try:
                done = self._make(target, tags)
            except BuildFailed as failure:
                yield Outcome(target, "failed", time.perf_counter() - started, failure)
                return
            yield Outcome(target, done, time.perf_counter() - started)

    def _is_there(self, tag: str) -> bool:
        if not self.wish.push:
            return self.builder.has(self._runner(tag), tag)
        self.told(f"asking for {tag}")
        return self._registries.digest(tag) is not None

    def _make(self, target: Target, tags: Sequence[str]) -> str:
        runner = self._runner(target.name)
        if self.wish.push and self.builder.pushes_what_it_builds:
            self.builder.build(runner, target, self.wish)
            return "built and pushed"
        built = not all(self.builder.has(runner, tag) for tag in tags)
        if built:
            self.builder.build(runner, target, self.wish)
        if not self.wish.push:
            return "built"
        for tag in tags:
            self.builder.push(runner, tag)
        return "built and pushed" if built else "pushed"

    def _runner(self, name: str) -> Runner:
        return Runner(self.root, lambda line: self.told(f"{name}: {line}"), self.show)
