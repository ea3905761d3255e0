"""A repository and a branch that was pushed to it in; where a person opens a pull request for it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

_SSH = re.compile(r"(?:ssh://)?(?:[^@/]+@)?(?P<host>[^:/]+)(?::\d+/|[:/])(?P<path>.+)")
_HTTP = re.compile(r"(?P<scheme>https?)://(?:[^@/]*@)?(?P<host>[^/]+)/(?P<path>.+)")
_DATA_CENTER = re.compile(r"(?:scm/)?(?P<project>[^/]+)/(?P<name>[^/]+)")
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
    page = _page(f"{match.groupdict().get('scheme', 'https')}://{host}", host, path, base, branch)
    return page or f"open a pull request from {branch} into {base} there"


def _page(root: str, host: str, path: str, base: str, branch: str) -> str:
    """Where each server has the form; empty for one that is not known by its name."""
    head, into = quote(branch, safe="/"), quote(base, safe="/")
    if "github" in host:
        return f"{root}/{path}/compare/{into}...{head}?expand=1"
    if "gitlab" in host:
        source, target = quote(branch, safe=""), quote(base, safe="")
        query = f"merge_request%5Bsource_branch%5D={source}&merge_request%5Btarget_branch%5D={target}"
        return f"{root}/{path}/-/merge_requests/new?{query}"
    if host == "bitbucket.org":
        return f"{root}/{path}/pull-requests/new?source={quote(branch, safe='')}&dest={quote(base, safe='')}"
    if "bitbucket" in host and (match := _DATA_CENTER.fullmatch(path)):
        where = f"projects/{match['project']}/repos/{match['name']}/pull-requests?create"
        return f"{root}/{where}&sourceBranch={_ref(branch)}&targetBranch={_ref(base)}"
    if any(name in host for name in ("gitea", "forgejo", "codeberg")):
        return f"{root}/{path}/compare/{into}...{head}"
    return ""


def _ref(branch: str) -> str:
    return quote(f"refs/heads/{branch}", safe="")
