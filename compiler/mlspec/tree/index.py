"""An owner's files go in, its index comes out as text, one line for each file; and back, a merge conflict included."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from mlspec.artifacts.file import Output

from .errors import TreeError, explained
from .folders import Folders
from .layout import Layout, is_inside
from .standing import WHOLE, Standing, look

Digests = Mapping[str, frozenset[str]]
"""For each path every SHA-256 that the compiler may have left there; more than one only between two states."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONFLICT = b"<<<<<<< "
_LINE = re.compile(rb'^ *("(?:[^"\\]|\\.)*": "[0-9a-f]{64}"),?\r?$', re.MULTILINE)


class Index(Struct, frozen=True):
    """An index as it stands on disk."""

    path: str
    standing: Standing
    digests: Digests


def render_index(files: Sequence[Output]) -> bytes:
    """One line for each file, sorted, so that a changed file is one changed line; ASCII, so that any path survives."""
    lines = (f'  {json.dumps(file.path)}: "{file.sha256}"' for file in sorted(files, key=lambda file: file.path))
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def parse_index(content: bytes, path: str) -> Digests:
    """The digests in an index; those of both sides when git left a conflict, for both were the compiler's."""
    if _CONFLICT in content:
        found: list[tuple[str, object]] = []
        for line in _LINE.findall(content):
            found.extend(json.loads(b"{" + line + b"}").items())
    else:
        found = _pairs(content, path)
    digests: dict[str, frozenset[str]] = {}
    for file, digest in found:
        if not is_inside(file) or not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise _damaged(path, f"its line for {file!r} is not a path of this workspace with a SHA-256")
        digests[file] = digests.get(file, frozenset()) | {digest}
    return digests


def _pairs(content: bytes, path: str) -> list[tuple[str, object]]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "it is not JSON") from error
    if not isinstance(document, dict):
        raise _damaged(path, "it is not a JSON object")
    return list(document.items())


def _damaged(path: str, cause: str) -> TreeError:
    remedy = "restore it from git, or delete it: files that are as they should be are taken over again"
    return TreeError(path, cause, remedy)


def read_indexes(layout: Layout, folders: Folders, settled: Container[str] = ()) -> dict[str, Index]:
    """Every index of the workspace by its owner, but of those that are settled.

    Links are not followed, and files that are no index are left out.
    """
    found: dict[str, Index] = {}
    for path in index_paths(layout, folders):
        owner = layout.owner_of(path)
        if owner is None or owner in settled or (standing := look(layout, path, WHOLE)) is None:
            continue
        if standing.content is None:
            raise _damaged(path, f"a {standing.shape} stands where an index belongs")
        found[owner] = Index(path, standing, parse_index(standing.content, path))
    return found


def index_paths(layout: Layout, folders: Folders) -> Iterator[str]:
    """Every file where the indexes lie."""
    pending = [layout.indexes]
    while pending:
        folder = pending.pop()
        if not folders.exists(folder):
            continue
        with explained(folder), suppress(FileNotFoundError), os.scandir(layout.on_disk(folder)) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}"
                if not entry.is_dir(follow_symlinks=False):
                    yield path
                elif path != layout.work:
                    pending.append(path)
