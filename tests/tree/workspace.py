"""Short names for compiled files go in, owners as `compare` takes them come out; and what a tree holds, to compare."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlspec.artifacts.file import File, Output
from mlspec.tree.changes import Changes
from mlspec.tree.compare import compare
from mlspec.tree.layout import Layout
from mlspec.tree.write import write

Owners = Mapping[str, Sequence[Output]]

WORK = Layout(Path()).work


def owned(**files: Mapping[str, str]) -> Owners:
    """`prod__churn={"a.yaml": "a"}` makes generated/prod/churn/a.yaml; names with a slash are whole paths."""
    owners: dict[str, list[Output]] = {}
    for key, contents in files.items():
        owner = key.replace("__", "/")
        owners[owner] = [
            File(name if "/" in name else f"generated/{owner}/{name}", content.encode())
            for name, content in contents.items()
        ]
    return owners


def compiled(root: Path, owners: Owners) -> Changes:
    """Compares and writes; the second comparison must find nothing left to do."""
    changes = write(compare(root, owners))
    again = compare(root, owners)
    assert again.clean, again.shown
    assert not again.interrupted
    return changes


def said(changes: Changes) -> dict[str, str]:
    return {change.path: change.kind.value for change in changes.files}


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a workspace, the compiler's passing ones left out; a link is shown by its target."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            content = b"-> " + os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
            found[path.relative_to(root).as_posix()] = content
    return {path: content for path, content in found.items() if not path.startswith(WORK)}


def outputs(root: Path) -> dict[str, bytes]:
    """The files of a workspace without the indexes."""
    return {path: content for path, content in tree(root).items() if not path.startswith("generated/.mlspec/")}


def expected(owners: Owners) -> dict[str, bytes]:
    return {file.path: file.content for files in owners.values() for file in files if isinstance(file, File)}


def put(root: Path, path: str, content: str) -> None:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content, encoding="utf-8")
