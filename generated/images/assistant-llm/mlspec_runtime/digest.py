"""A model's file or folder -> `sha256:<hex>`, the same here, in the compiler and in `sha256sum`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_CHUNK = 1 << 20


def digest(path: Path) -> str:
    """Of a file, sha256 of its bytes; of a folder, sha256 over `<hex sha256>  <relative/posix/path>` lines by path.

    Symbolic links are followed. Raises OSError when something cannot be read.
    """
    if not path.is_dir():
        return f"sha256:{_sha256(path)}"
    files = ((file.relative_to(path).as_posix(), _sha256(file)) for file in path.rglob("*") if file.is_file())
    return folder_digest(files)


def folder_digest(files: Iterable[tuple[str, str]]) -> str:
    """Of a folder given as (relative/posix/path, hex sha256) of each of its files, in any order."""
    lines = "".join(f"{hexadecimal}  {name}\n" for name, hexadecimal in sorted(files))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def _sha256(file: Path) -> str:
    hashed = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            hashed.update(chunk)
    return hashed.hexdigest()
