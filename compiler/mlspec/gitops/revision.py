"""A revision of a repository in; the workspace as it was there, read from git's objects and never checked out, out."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from mlspec.source.files import hidden

from .git import GitError, git, plain_environment, program

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:\S+ .*\n)*?"
    rb"oid sha256:(?P<digest>[0-9a-f]{64})\nsize (?P<size>\d+)\n"
)
"""Source: docs/spec.md of git-lfs."""
_LONGEST_POINTER = 1024
_REGULAR = ("100644", "100755")


class _Blob(NamedTuple):
    oid: str
    size: int


def top_of(folder: Path) -> Path:
    """The working tree that a folder lies in; GitError where it lies in none."""
    try:
        return Path(git(folder, "rev-parse", "--show-toplevel").strip())
    except GitError as error:
        if "not a git repository" in str(error):
            raise GitError(f"{folder} is not in a git repository, so there is nothing to compare with") from None
        raise


def base_of(folder: Path, revision: str | None) -> str:
    """The commit where the work of HEAD left `revision`, or the default branch; `revision` where it never did."""
    name = revision or _default_branch(folder)
    commit = _commit(folder, name)
    try:
        return git(folder, "merge-base", commit, "HEAD").strip()
    except GitError:
        return commit


def _default_branch(folder: Path) -> str:
    for name in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
        try:
            git(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitError:
            continue
        return name
    raise GitError(
        "there is no branch main or master here, nor at origin: say what to compare with, --against REVISION"
    )


def _commit(folder: Path, name: str) -> str:
    if name.startswith("-"):
        raise GitError(f"`{name}` is not a revision")
    try:
        return git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip()
    except GitError:
        shallow = git(folder, "rev-parse", "--is-shallow-repository").strip() == "true"
        fetch = (
            "the clone is shallow: `git fetch --unshallow`, or `fetch-depth: 0` in CI" if shallow else "is it fetched?"
        )
        raise GitError(f"git knows no revision `{name}` here; {fetch}") from None


class FilesAtRevision:
    """The workspace in a folder of a repository as of a commit; use it in a `with`, since git runs beside it.

    A file that Git LFS keeps elsewhere has the digest and the size that its pointer states.
    """

    def __init__(self, root: Path, commit: str) -> None:
        prefix = git(root, "rev-parse", "--show-prefix").strip()
        listed = git(top_of(root), "ls-tree", "-r", "-z", "--long", "--full-tree", commit, "--", prefix or ".")
        self._blobs: dict[str, _Blob] = {}
        for line in listed.split("\0")[:-1]:
            properties, _, path = line.partition("\t")
            mode, _, oid, size = properties.split()
            if mode in _REGULAR:  # a link or a submodule is no file of the workspace
                self._blobs[path.removeprefix(prefix)] = _Blob(oid, int(size))
        self._reader = subprocess.Popen(  # noqa: S603 - nothing of the user's is among the words
            [program(), "cat-file", "--batch"],
            cwd=root,
            env=plain_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.communicate()

    def of(self, source: str) -> Self:  # noqa: ARG002 - nobody keeps account
        return self

    def read(self, path: str, at_most: int = -1) -> bytes:
        content = self._content(path)
        return content if at_most < 0 else content[:at_most]

    def size(self, path: str) -> int | None:
        if path not in self._blobs:
            return None
        pointer = self._pointer(path)
        return int(pointer["size"]) if pointer else self._blobs[path].size

    def sha256(self, path: str) -> str:
        pointer = self._pointer(path) if path in self._blobs else None
        return pointer["digest"].decode() if pointer else hashlib.sha256(self._content(path)).hexdigest()

    def below(self, folder: str) -> list[str]:
        prefix = "" if folder in ("", ".") else folder.rstrip("/") + "/"
        inside = (path for path in self._blobs if path.startswith(prefix))
        return sorted(path for path in inside if not hidden(path.removeprefix(prefix)))

    def _pointer(self, path: str) -> re.Match[bytes] | None:
        return _POINTER.match(self._content(path)) if self._blobs[path].size <= _LONGEST_POINTER else None

    def _content(self, path: str) -> bytes:
        blob = self._blobs.get(path)
        if blob is None:
            raise FileNotFoundError(path)
        requests, answers = _pipe(self._reader.stdin), _pipe(self._reader.stdout)
        requests.write(f"{blob.oid}\n".encode())
        requests.flush()
        header = answers.readline().split()
        if len(header) != 3:
            raise GitError(f"git has lost the content of {path}: `git fsck` says more")
        content = answers.read(int(header[2]))
        answers.read(1)
        return content


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:  # never: both ends were asked for
        raise ValueError("no pipe")
    return pipe
