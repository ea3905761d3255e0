"""A repository and a branch that was pushed to it in; where a person opens a pull request for it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

_SSH = re.compile(r"(?:ssh://)?(?:[^@/]+@)?(?P<host>[^:/]+)(?::\d+/|[:/])(?P<path>.+)")
_HTTP = re.compile(r"https?://(?:[^@/]*@)?(?P<host>[^/]+)/(?P<path>.+)")
_LINK = re.compile(r"https?://\S+")


def how_to_open(repo: str, base: str, branch: str, said: Sequence[str]) -> str:
    """An address, from the server's own words where it names one; else a sentence."""
    named = next((found.group() for line in said if (found := _LINK.search(line))), "")
    if named:
        return named
    match = _HTTP.fullmatch(repo) or _SSH.fullmatch(repo)
    if match is None:
        return f"open a pull request from {branch} into {base} there"
    host, path = match["host"], match["path"].removesuffix("/").removesuffix(".git")
    head, into = quote(branch, safe="/"), quote(base, safe="/")
    if "github" in host:
        return f"https://{host}/{path}/compare/{into}...{head}?expand=1"
    if "gitlab" in host:
        source, target = quote(branch, safe=""), quote(base, safe="")
        query = f"merge_request%5Bsource_branch%5D={source}&merge_request%5Btarget_branch%5D={target}"
        return f"https://{host}/{path}/-/merge_requests/new?{query}"
    if "bitbucket" in host:
        return f"https://{host}/{path}/pull-requests/new?source={quote(branch, safe='')}&dest={quote(base, safe='')}"
    if any(name in host for name in ("gitea", "forgejo", "codeberg")):
        return f"https://{host}/{path}/compare/{into}...{head}"
    return f"open a pull request from {branch} into {base} there"
