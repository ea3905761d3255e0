"""A repository as somebody names it, and the folder where they stand, in; its name from anywhere else out."""

from __future__ import annotations

from pathlib import Path


def from_anywhere(address: str, folder: Path) -> str:
    """A path becomes absolute; an URL, or `host:path` as ssh has it, stays as it is.

    The rule is git's own (git-clone(1), "Git URLs"): a colon makes it no path, unless a slash comes before.
    """
    before, colon, _ = address.partition(":")
    if not address or (colon and "/" not in before):
        return address
    return str((folder / Path(address).expanduser()).resolve())
