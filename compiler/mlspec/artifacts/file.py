"""What an artifact returns: files with their path in the workspace, made here or copied from the user's own."""

from __future__ import annotations

import hashlib
from functools import cached_property

from msgspec import Struct


class File(Struct, frozen=True, dict=True):
    """A file whose bytes the compiler made; `path` is relative to the workspace, with forward slashes."""

    path: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


class Copied(Struct, frozen=True):
    """A file copied unchanged from `source`, another path of the workspace; never held in memory."""

    path: str
    source: str
    sha256: str
    size: int


Output = File | Copied
