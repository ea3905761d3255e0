"""Files on the disk -> Failure unless they are the ones that the spec, or the store, names by their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mlspec_runtime.digest import folder_digest
from mlspec_runtime.fetch.failure import mismatch
from mlspec_runtime.fetch.source import Remote

_CHUNK = 1 << 20
_AT_ONCE = 4


def verify(uri: str, remotes: Sequence[Remote], folder: Path, digest: str | None, *, is_folder: bool) -> int:
    """How many digests were right. Nothing is read where none is known."""
    known = [remote for remote in remotes if remote.digest]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        git = [remote for remote in known if (remote.digest or "").startswith("git-sha1:")]
        for remote, found in zip(git, pool.map(lambda each: _git(folder / each.name), git), strict=True):
            _compare(remote.name, found, remote.digest)
        # Of the whole model every file is needed; of what the store knows, those alone.
        hashed = remotes if digest else [remote for remote in known if remote not in git]
        sums = dict(zip(hashed, pool.map(lambda each: _sha256(folder / each.name), hashed), strict=True))
    for remote, found in sums.items():
        if remote.digest and remote not in git:
            _compare(remote.name, f"sha256:{found}", remote.digest)
    if digest:
        names = ((remote.name, found) for remote, found in sums.items())
        _compare(uri, folder_digest(names) if is_folder else f"sha256:{next(iter(sums.values()))}", digest)
    return len(known) + bool(digest)


def _compare(what: str, found: str, expected: str | None) -> None:
    if expected is not None and found != expected:
        raise mismatch(what, found, expected)


def _sha256(path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            hashed.update(chunk)
    return hashed.hexdigest()


def _git(path: Path) -> str:
    """As git names a blob: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    hashed = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    hashed.update(path.read_bytes())
    return f"git-sha1:{hashed.hexdigest()}"
