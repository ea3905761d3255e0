"""What a write is about to do goes in before it begins and out when it is done, so that a killed one is known.

Between the two, a file that the compiler put in place may have the digest of no index yet. The journal names it, and
the next run takes it for what it is: the compiler's own, neither a hand edit nor somebody else's file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from .errors import TreeError, explained
from .folders import Folders
from .index import Digests
from .layout import Layout, is_inside
from .standing import WHOLE, look

_REMEDY = "delete it, then run mlspec compile again"


GONE = ""
"""Stands for a digest where a write intends to remove a file."""


class Journal(Struct, frozen=True):
    """`serial` counts the beginnings and ends of writes, so that whoever compared before one knows that it happened."""

    serial: int = 0
    intents: Mapping[str, Digests] = field(default_factory=dict)
    """For each owner what writes that have not been completed may have put in place, or removed."""

    def begun(self, intents: Iterable[tuple[str, str, str]]) -> Journal:
        """The journal with (owner, path, digest) added; what an earlier, killed write intended stays."""
        merged = {owner: dict(digests) for owner, digests in self.intents.items()}
        for owner, path, digest in intents:
            paths = merged.setdefault(owner, {})
            paths[path] = paths.get(path, frozenset()) | {digest}
        return replace(self, serial=self.serial + 1, intents=merged)

    def ended(self) -> Journal:
        return Journal(serial=self.serial + 1)


def read_journal(layout: Layout, folders: Folders) -> Journal:
    """The journal on disk, or an empty one."""
    if not folders.exists(layout.work) or (standing := look(layout, layout.journal, WHOLE)) is None:
        return Journal()
    try:
        document = json.loads(standing.content or b"")
        intents = {
            owner: {path: frozenset(digests) for path, digests in paths.items() if is_inside(path)}
            for owner, paths in document["intents"].items()
        }
        return Journal(int(document["serial"]), intents)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TreeError(layout.journal, "it is not a journal that mlspec wrote", _REMEDY) from error


def save_journal(layout: Layout, journal: Journal) -> None:
    """Replaces the journal whole and flushes it to the disk, so that it outlives a power cut too."""
    intents = {
        owner: {path: sorted(digests) for path, digests in paths.items()} for owner, paths in journal.intents.items()
    }
    content = json.dumps({"serial": journal.serial, "intents": intents}).encode()
    target = layout.on_disk(layout.journal)
    with explained(layout.journal):
        with open(f"{target}.new", "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{target}.new", target)
        folder = os.open(layout.on_disk(layout.work), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
