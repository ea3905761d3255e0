"""Arguments for git in; what git answers, or why it cannot, in words for a person, out."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import own_disk, redacted

_OF_A_HOOK = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
}
"""Of `git rev-parse --local-env-vars`."""
_MISSING = "git is not installed, or not on PATH"


class GitError(Exception):
    """Git could not do what it was asked for; the message says why, and what to do about it."""


def git(folder: Path, *arguments: str, variables: Mapping[str, str] | None = None, stdin: bytes | None = None) -> str:
    """What git prints on standard output; GitError with its own words where it fails or is not there."""
    return run(folder, *arguments, variables=variables, stdin=stdin).stdout


@dataclass(frozen=True, slots=True)
class Ran:
    """How a git ended that did not fail, or was allowed to."""

    status: int
    stdout: str
    stderr: str


def run(
    folder: Path,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    may_fail: bool = False,
) -> Ran:
    """As `git`, with all that it says; `variables` are added to its environment."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and what users name never begins with `-`
            [program(), *arguments],
            cwd=folder,
            env={**plain_environment(), **(variables or {})},
            capture_output=True,
            check=False,
            input=stdin or b"",  # nothing may wait for an answer that nobody gives
        )
    except FileNotFoundError:  # gone since
        raise GitError(_MISSING) from None
    ran = Ran(done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="replace"))
    if ran.status and not may_fail:
        raise GitError(
            own_disk(ran.stderr) or in_words(ran.stderr) or f"git {arguments[0]} ended with status {ran.status}"
        )
    return ran


def program() -> str:
    """The git that is on PATH; GitError where there is none."""
    found = shutil.which("git")
    if found is None:
        raise GitError(_MISSING)
    return found


def plain_environment() -> dict[str, str]:
    """The user's environment, with messages in English and nothing that asks questions or takes locks for comfort.

    What a hook of git says of its own repository is left out: the folder decides.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    ssh = inherited.get("GIT_SSH_COMMAND", "ssh")
    asks_nothing = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": f"{ssh} -o BatchMode=yes -o ConnectTimeout=20"}
    if "GIT_SSH" in inherited and "GIT_SSH_COMMAND" not in inherited:
        del asks_nothing["GIT_SSH_COMMAND"]
    # A server that says nothing for a minute will not say anything more.
    bounded = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": "60"}
    return {**bounded, **inherited, **asks_nothing, "LC_ALL": "C.UTF-8", "GIT_OPTIONAL_LOCKS": "0"}


def in_words(stderr: str) -> str:
    """The first line that says what was wrong, without git's own prefix and without passwords."""
    said = (line.strip() for line in stderr.splitlines())
    lines = [line for line in said if line and not line.startswith(("hint:", "warning:", "Cloning into"))]
    wrong = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
    return redacted(wrong.removeprefix("fatal: ").removeprefix("error: "))
