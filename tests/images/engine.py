"""What the tests ask of a container engine: build a context, start it read-only, run a command in it, stop it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class ImageConfig:
    """What an image says about itself."""

    user: str
    entrypoint: tuple[str, ...]
    working_dir: str
    environment: dict[str, str]
    labels: dict[str, str]


class Container(Protocol):
    """A running container: root file system read-only, a tmpfs at /tmp, no capabilities, a network of its own."""

    def execute(self, *argv: str, stdin: str = "") -> str:
        """Standard output of a command run inside, as the container's user; AssertionError where it fails."""

    def logs(self) -> str: ...

    def stop(self) -> int:
        """Sends SIGTERM and gives the server's exit status."""


class Engine(Protocol):
    def build(self, context: Path) -> str:
        """The image's id; AssertionError with the build's log where it fails."""

    def config(self, image: str) -> ImageConfig: ...

    def start(self, image: str, user: tuple[int, int] | None = None) -> AbstractContextManager[Container]:
        """Starts the image's own entry point as its own user, or as `user` (uid, gid)."""


def environment_of(lines: Sequence[str]) -> dict[str, str]:
    """`NAME=value` lines, as image configurations have them."""
    return dict(line.split("=", 1) for line in lines)
