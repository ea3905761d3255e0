"""Arguments for git in; what git answers, or why it cannot, in words for a person, out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_MISSING = "git is not installed, or not on PATH"


class GitError(Exception):
    """Git could not do what it was asked for; the message says why, and what to do about it."""


def git(folder: Path, *arguments: str) -> str:
    """What git prints on standard output; GitError with its own words where it fails or is not there."""
    try:
        ran = subprocess.run(  # noqa: S603 - no shell, and revisions never begin with `-`
            [program(), *arguments], cwd=folder, env=plain_environment(), capture_output=True, check=False, text=True
        )
    except FileNotFoundError:  # gone since
        raise GitError(_MISSING) from None
    if ran.returncode:
        raise GitError(_in_words(ran.stderr) or f"git {arguments[0]} ended with status {ran.returncode}")
    return ran.stdout


def program() -> str:
    """The git that is on PATH; GitError where there is none."""
    found = shutil.which("git")
    if found is None:
        raise GitError(_MISSING)
    return found


def plain_environment() -> dict[str, str]:
    """The user's environment, with messages in English and nothing that asks questions or takes locks for comfort."""
    return {**os.environ, "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def _in_words(stderr: str) -> str:
    """The first line that says what was wrong, without git's own prefix."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith("hint:")]
    return lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else ""
