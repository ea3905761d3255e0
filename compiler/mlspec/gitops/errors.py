"""What git prints when a remote refuses in; what that means, and what to do about it, out."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence

_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")
_CAUSES: Sequence[tuple[str, str]] = (
    (
        r"could not read (Username|Password)|Authentication failed|HTTP Basic: Access denied|\b401\b",
        "it wants other credentials: set up a credential helper, or a token of the CI job, for that host",
    ),
    (r"[Rr]epository .*not found|does not appear to be a git repository|\b404\b", "there is no such repository"),
    (
        r"Permission denied \(|Host key verification failed|Could not read from remote repository",
        "ssh was refused: is the key loaded (`ssh-add -l`), and the host known (`ssh-keyscan`)?",
    ),
    (r"\b403\b|not allowed|denied to", "these credentials may not write there"),
    (
        r"Could not resolve host|Name or service not known|Temporary failure in name resolution",
        "its name is not known here: is there a network?",
    ),
    (
        r"Connection refused|Connection timed out|Failed to connect|unable to connect|Operation timed out|timed out",
        "nobody answers there: is the address right, and the network up?",
    ),
    (r"certificate|SSL", "its certificate is not trusted: see `http.sslCAInfo` of git"),
)
_OWN_DISK: Sequence[tuple[str, str]] = (
    (r"No space left on device", "the disk is full; free some space"),
    (r"Disk quota exceeded", "the disk quota is used up; free some space"),
    (r"File too large|file size limit", "a limit on the size of files was reached; raise it"),
    (r"Read-only file system", "the file system is read-only; mount it writable"),
)


_NOTHING = 1 << 18
"""Bytes with which git can do nothing."""


def redacted(text: str) -> str:
    """The text without the names and passwords in addresses."""
    return _USERINFO.sub("…@", text)


def without_credentials(address: str) -> str:
    """The address as anybody may write it."""
    return _USERINFO.sub("", address)


def cause(said: str) -> str:
    """What git's words mean for a person; empty for words that are not known."""
    return next((meaning for pattern, meaning in _CAUSES if re.search(pattern, said)), "")


def own_disk(said: str) -> str:
    """What git's words mean where it is the disk of this machine that refuses; empty where it is not."""
    mine = "\n".join(line for line in said.splitlines() if not line.startswith("remote:"))
    meaning = next((meaning for pattern, meaning in _OWN_DISK if re.search(pattern, mine)), "")
    # Of some files git says only that they cannot be written.
    if not meaning and re.search(r"write|create", mine) and shutil.disk_usage(tempfile.gettempdir()).free < _NOTHING:
        meaning = _OWN_DISK[0][1]
    return f"{tempfile.gettempdir()}: {meaning}, then run it again" if meaning else ""
