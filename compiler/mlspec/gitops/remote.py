"""A repository somewhere in; its branch as a tree of objects that is read, and a commit on top of it pushed, out.

Everything happens in a bare repository in a temporary folder: there is no working tree in which a link could lead
elsewhere or a filter change bytes, and nothing that a killed run leaves behind is in anybody's way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from .errors import cause, own_disk, redacted
from .git import GitError, Ran, git, in_words, run

_CARRIED = r"^(commit\.gpgsign|core\.sshcommand|credential\.|gpg\.|http\.|url\.|user\.)"
"""What a repository's own configuration says about who one is and how one gets in."""
_TIP = "refs/mlspec/tip"
_NEXT = "refs/mlspec/next"
_OVERTAKEN = (
    "(fetch first)",
    "(non-fast-forward)",
    "(stale info)",
    "cannot lock ref",
    "failed to update ref",
    # Of a git that updates references in batches (its commit 9d2962a7c4 of 2025), mostly in place of the last two.
    "(incorrect old value provided)",
    "(reference already exists)",
    "(reference does not exist)",
)
"""What the line of a branch says, whichever side refused it, when another push came first."""
_UNPACK = "remote unpack failed:"


class Entry(NamedTuple):
    mode: str
    oid: str


class Moved(Exception):
    """Somebody else pushed meanwhile."""


class Remote:
    """One branch of a repository; use it in a `with`."""

    def __init__(self, url: str, branch: str, configured_like: Path) -> None:
        self.url = url
        self.branch = branch
        self._folder = tempfile.TemporaryDirectory(prefix="mlspec-publish-", ignore_cleanup_errors=True)
        self._at = Path(self._folder.name)
        self._variables = _carried(configured_like)

    def __enter__(self) -> Self:
        try:
            git(self._at, "init", "--quiet", "--bare", ".", variables={"GIT_TEMPLATE_DIR": ""})
        except GitError:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def fetch(self) -> str | None:
        """The commit that the branch is at, with its files; None for a repository without any branch."""
        heads = self._ask("ls-remote", "--heads", "--", self.url).stdout.splitlines()
        names = [line.partition("\t")[2].removeprefix("refs/heads/") for line in heads]
        if not names:
            return None
        if self.branch not in names:
            some = ", ".join(sorted(names)[:10])
            raise GitError(f"{self.shown} has no branch {self.branch}; it has: {some}")
        self._ask("fetch", "--quiet", "--no-tags", "--depth=1", "--", self.url, f"+refs/heads/{self.branch}:{_TIP}")
        return git(self._at, "rev-parse", _TIP).strip()

    def entries(self, commit: str | None) -> dict[str, Entry]:
        """Every file of a commit."""
        if commit is None:
            return {}
        listed = git(self._at, "ls-tree", "-r", "-z", commit).split("\0")[:-1]
        found = {}
        for line in listed:
            properties, _, path = line.partition("\t")
            mode, _, oid = properties.split()
            found[path] = Entry(mode, oid)
        return found

    def content(self, oid: str) -> bytes:
        """The bytes of an object."""
        return git(self._at, "cat-file", "blob", oid).encode("utf-8", "surrogateescape")

    def tree(self, base: str | None, written: Mapping[str, bytes], removed: Iterable[str]) -> str:
        """The id of the tree of `base` with some files written and others removed."""
        stream = [b"commit %s\ncommitter mlspec <> 0 +0000\ndata 0\n" % _NEXT.encode()]
        stream += [b"from %s\n" % base.encode()] if base else []
        stream += [b"D %s\n" % _quoted(path) for path in removed]
        for path, content in written.items():
            stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(content), content))
        git(self._at, "update-ref", "-d", _NEXT)
        git(self._at, "fast-import", "--quiet", "--force", "--done", stdin=b"".join([*stream, b"\ndone\n"]))
        return git(self._at, "rev-parse", f"{_NEXT}^{{tree}}").strip()

    def tree_of(self, commit: str | None) -> str:
        return git(self._at, "rev-parse", f"{commit}^{{tree}}").strip() if commit else ""

    def commit(self, tree: str, parent: str | None, message: str) -> str:
        """The id of a commit by whoever runs this, signed where git is set up for that."""
        signed = run(self._at, "config", "--type=bool", "commit.gpgsign", variables=self._variables, may_fail=True)
        sign = ["-S"] if signed.stdout.strip() == "true" else []
        parents = ["-p", parent] if parent else []
        ran = run(
            self._at,
            "commit-tree",
            *sign,
            *parents,
            tree,
            variables=self._variables,
            stdin=message.encode(),
            may_fail=True,
        )
        if ran.status:
            raise GitError(
                _unnamed(ran.stderr) or own_disk(ran.stderr) or f"the commit cannot be made: {in_words(ran.stderr)}"
            )
        return ran.stdout.strip()

    def push(self, commit: str, branch: str) -> list[str]:
        """What the server says besides; Moved where the branch is not any more where it was fetched."""
        arguments = ("push", "--porcelain", "--", self.url, f"{commit}:refs/heads/{branch}")
        ran = run(self._at, *arguments, variables=self._variables, may_fail=True)
        said = [line.removeprefix("remote:").strip() for line in ran.stderr.splitlines() if line.startswith("remote:")]
        if ran.status == 0:
            return [line for line in said if line]
        refused = next((line for line in ran.stdout.splitlines() if line.startswith("!")), "")
        if any(sign in refused for sign in _OVERTAKEN):
            raise Moved
        if "[remote rejected]" in refused:
            words = "; ".join(line for line in said if line) or _not_unpacked(ran.stderr)
            words = words or refused.rpartition("(")[2].rstrip(")")
            raise GitError(f"{self.shown} does not take a push to {branch}: {redacted(words)}")
        raise self._failed(ran)

    def has(self, branch: str) -> bool:
        """Whether there is such a branch already."""
        return bool(self._ask("ls-remote", "--heads", "--", self.url, f"refs/heads/{branch}").stdout)

    @property
    def shown(self) -> str:
        """The address without what only its owner should see."""
        return redacted(self.url)

    def _ask(self, *arguments: str) -> Ran:
        ran = run(self._at, *arguments, variables=self._variables, may_fail=True)
        if ran.status:
            raise self._failed(ran)
        return ran

    def _failed(self, ran: Ran) -> GitError:
        if mine := own_disk(ran.stderr):
            return GitError(mine)
        meaning = cause(ran.stderr)
        said = in_words(ran.stderr)
        return GitError(f"{self.shown} cannot be used: {f'{meaning} ({said})' if meaning else said}")


def _unnamed(stderr: str) -> str:
    if "tell me who you are" not in stderr and "empty ident" not in stderr:
        return ""
    return (
        "git does not know who commits: `git config user.name` and `user.email`, or in CI the variables "
        "GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
    )


def _not_unpacked(stderr: str) -> str:
    """What git on the other side could not write; why, it does not send."""
    found = next((line for line in stderr.splitlines() if _UNPACK in line), "")
    reason = found.partition(_UNPACK)[2].strip()
    return f"{reason}; see there that its disk has room and is writable, and whose the files are" if reason else ""


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it, whatever it holds."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return b'"%s"' % escaped.encode("utf-8", "surrogateescape")


def _carried(root: Path) -> dict[str, str]:
    """What a repository's own configuration says of who one is, for a git elsewhere; never among its arguments."""
    listed = run(root, "config", "--local", "-z", "--get-regexp", _CARRIED, may_fail=True).stdout
    pairs = [entry.partition("\n")[::2] for entry in listed.split("\0") if entry]
    variables = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
