"""Folders that Argo CD reads and what belongs there in; files that somebody else put among them out."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from pathlib import Path

from .errors import explained

_READ = (".yaml", ".yml", ".json")
"""Source: "Directory" in Argo CD's documentation: plain manifests are files with these endings."""


def strays(root: Path, folders: Iterable[str], made: Container[str]) -> list[str]:
    """Paths directly below `folders` that Argo CD would apply and the compiler did not make, sorted.

    Raises TreeError where the disk refuses to be read.
    """
    found = []
    for folder in sorted(set(folders)):
        with explained(folder):
            try:
                names = os.listdir(root / folder)
            except (FileNotFoundError, NotADirectoryError):
                continue
        paths = (f"{folder}/{name}" for name in names if name.endswith(_READ))
        found += sorted(path for path in paths if path not in made)
    return found
