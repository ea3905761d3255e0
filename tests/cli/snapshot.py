"""A folder goes in; all that can be seen of it comes out, to be compared."""

from __future__ import annotations

from pathlib import Path

WORK = Path("generated", ".mlspec", ".work")
"""What lives there is of one run and is never committed."""


def contents(root: Path, *tops: str) -> dict[str, bytes]:
    """The content of every file below the top folders, or below all; records of a running write are left out."""
    files = (path for top in tops or ("",) for path in (root / top).rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files if root / WORK not in path.parents}


def untouched(root: Path) -> dict[str, tuple[int, int, int, int]]:
    """Of every file and folder what changes when it is written, replaced or made anew."""
    seen = {str(path.relative_to(root)): path.lstat() for path in (root, *root.rglob("*"))}
    return {path: (at.st_ino, at.st_mode, at.st_size, at.st_mtime_ns) for path, at in seen.items()}
