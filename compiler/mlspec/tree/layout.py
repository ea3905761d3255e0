"""A workspace and the name of its output folder go in, the places of the compiler's own records come out."""

from __future__ import annotations

import posixpath
from pathlib import Path

from msgspec import Struct

IMAGES = "images"
"""First part of the owner of every build context; all others belong to the environment named there."""

_SUFFIX = ".json"
_NOWHERE = frozenset({"", ".", "..", ".git"})


class Layout(Struct, frozen=True):
    """Paths are relative to the workspace, with forward slashes, as in `Output.path`."""

    root: Path
    output: str = "generated"

    @property
    def indexes(self) -> str:
        """Folder of the indexes; committed, and outside what Argo CD reads."""
        return posixpath.normpath(posixpath.join(self.output, ".mlspec"))

    @property
    def work(self) -> str:
        """Folder of what lives only while the compiler writes; never committed: it ignores itself."""
        return f"{self.indexes}/.work"

    @property
    def ignore(self) -> str:
        return f"{self.work}/.gitignore"

    @property
    def lock(self) -> str:
        return f"{self.work}/lock"

    @property
    def journal(self) -> str:
        return f"{self.work}/journal.json"

    @property
    def staging(self) -> str:
        return f"{self.work}/staging"

    def index_of(self, owner: str) -> str:
        return f"{self.indexes}/{owner}{_SUFFIX}"

    def owner_of(self, index: str) -> str | None:
        """The owner whose index this path is; None for a file that is no index."""
        name = index.removeprefix(f"{self.indexes}/")
        return name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else None

    def on_disk(self, path: str) -> str:
        """`path` for the operating system; text, because building a Path for each of 30,000 files is slow."""
        return f"{self.root}/{path}"


def environment_of(owner: str) -> str | None:
    """The environment in which the owner is a model's deployment; None for images and environments themselves."""
    environment, _, model = owner.partition("/")
    return environment if model and environment != IMAGES else None


def is_inside(path: str) -> bool:
    """Whether a path stays below the workspace and out of git's own folder."""
    return "\0" not in path and _NOWHERE.isdisjoint(path.split("/"))
