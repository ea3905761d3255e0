"""Paths with their contents -> files that are new in a folder; what is there already is never touched."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.tree.replace import replacing

Content = bytes | Path
"""What a file shall hold, or the file to copy."""


@dataclass(frozen=True)
class Laid:
    """Paths, each relative to the folder."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    """There already, with another content."""


def lay(root: Path, files: Mapping[str, Content], *, dry_run: bool = False) -> Laid:
    """OSError where one cannot be written; each is whole or not there at all."""
    written, kept = [], []
    for path, content in files.items():
        target = root / path
        if target.exists() or target.is_symlink():
            if isinstance(content, bytes) and not (target.is_file() and target.read_bytes() == content):
                kept.append(path)
            continue
        if not dry_run:
            _write(target, content)
        written.append(path)
    return Laid(tuple(written), tuple(kept))


def _write(target: Path, content: Content) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target, new=True) as stream:
        if isinstance(content, bytes):
            stream.write(content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, stream)
