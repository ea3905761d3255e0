"""A workspace in; the commit of its specs, their repository, and the name by which its files are its own, out."""

from __future__ import annotations

from pathlib import Path

from .address import from_anywhere
from .errors import without_credentials
from .git import GitError, git, run
from .message import Origin

_ANONYMOUS = (
    "this workspace has no remote `origin` by whose address its files could be told from others': name it, --as NAME"
)


def origin_of(root: Path) -> Origin:
    """Empty outside of a repository, and before its first commit."""
    commit = run(root, "rev-parse", "--verify", "--quiet", "HEAD", may_fail=True).stdout.strip()
    return Origin(commit, without_credentials(_address(root)) if commit else "")


def name_of(root: Path, name: str | None) -> str:
    """What tells this workspace's files from those of others: the address of its repository, and its folder there."""
    if name:
        return name
    address = without_credentials(_address(root))
    if not address:
        raise GitError(_ANONYMOUS)
    below = git(root, "rev-parse", "--show-prefix").strip().rstrip("/")
    return f"{address.removesuffix('.git')}//{below}" if below else address.removesuffix(".git")


def is_origin(root: Path, repo: str) -> bool:
    """Whether a repository is the one that the workspace itself lies in."""
    return bool(repo) and _same(repo, root) == _same(_address(root), root)


def _same(address: str, root: Path) -> str:
    return without_credentials(from_anywhere(address, root)).rstrip("/").removesuffix(".git")


def uncommitted(root: Path) -> list[str]:
    """Files of the workspace that are not as the commit has them; a commit that is named would not be their source."""
    listed = run(root, "status", "--porcelain", "-z", "--untracked-files=all", "--", ".", may_fail=True).stdout
    return [entry[3:] for entry in listed.split("\0") if entry[:2].strip() and len(entry) > 3]


def _address(root: Path) -> str:
    return run(root, "remote", "get-url", "origin", may_fail=True).stdout.strip()
