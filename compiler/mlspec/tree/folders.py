"""Folders of the workspace go in; whether they are real folders, and what blocks them, comes out, each asked once."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from msgspec import Struct

from .errors import TreeError, explained
from .layout import Layout


class _Folder(Struct, frozen=True):
    exists: bool
    blocker: str | None = None
    """The path, this folder's own or one above it, where something that is no folder stands."""


class Folders:
    """What is known of the folders below a workspace, which may itself be a symbolic link; none below it may."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known = {"": _Folder(exists=True)}

    def exists(self, folder: str) -> bool:
        return self._seen(folder).exists

    def blocker(self, folder: str) -> str | None:
        """The path of the link or file that stands where `folder` or a folder above it would be."""
        return self._seen(folder).blocker

    def make(self, folder: str) -> None:
        """Makes a folder and those above it; TreeError when something else stands there."""
        if not self.exists(folder) and self.blocker(folder) is None:
            self.make(_above(folder))
            with explained(folder), suppress(FileExistsError):  # by another compile, just now
                os.mkdir(self._layout.on_disk(folder))
            self._known[folder] = self._ask(folder)
        if (blocker := self.blocker(folder)) is not None:
            remedy = "move it away, then run mlspec compile again"
            raise TreeError(blocker, "it stands where a folder must be, and links are not followed", remedy)

    def forget(self) -> None:
        """Asks the disk anew after files or folders went."""
        self._known = {"": _Folder(exists=True)}

    def _seen(self, folder: str) -> _Folder:
        if (known := self._known.get(folder)) is None:
            above = self._seen(_above(folder))
            known = self._known[folder] = self._ask(folder) if above.exists else above
        return known

    def _ask(self, folder: str) -> _Folder:
        with explained(folder):
            try:
                mode = os.lstat(self._layout.on_disk(folder)).st_mode
            except FileNotFoundError:
                return _Folder(exists=False)
        return _Folder(exists=True) if stat.S_ISDIR(mode) else _Folder(exists=False, blocker=folder)


def _above(folder: str) -> str:
    return folder.rpartition("/")[0]


def ancestors(path: str) -> list[str]:
    """Every folder above `path`, the nearest first, without the workspace itself."""
    found = []
    while path := _above(path):
        found.append(path)
    return found
