"""Where a repository is fetched from -> where a browser shows the files of one of its branches."""

from __future__ import annotations

import re

from mlspec.spec.environment import Gitops

_REPOSITORY = re.compile(
    r"(?:(?:https?|ssh)://(?:[^@/]+@)?(?P<host>[^/:]+)(?::\d+)?/|[^@/]+@(?P<short>[^:]+):)(?P<path>.+)"
)
_HOSTS = {
    "github.com": "blob",
    "gitlab.com": "-/blob",
    "bitbucket.org": "src",
    "codeberg.org": "src/branch",
}
"""What stands between a repository and a branch, as each of these hosts has it."""


def files_address(gitops: Gitops) -> str | None:
    """What comes before a file's path; None where nobody says it."""
    if gitops.browse:
        return gitops.browse.rstrip("/")
    found = _REPOSITORY.fullmatch(gitops.repo or "")
    if found is None:
        return None
    host = (found["host"] or found["short"]).lower()
    path = found["path"].strip("/").removesuffix(".git")
    return f"https://{host}/{path}/{_HOSTS[host]}/{gitops.branch}" if host in _HOSTS else None
