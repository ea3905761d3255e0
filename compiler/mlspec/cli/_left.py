"""What an interrupt would leave, said by a command as it goes; the words that `main` ends with out."""

from __future__ import annotations

_now: list[str] = []


def leaves(what: str) -> None:
    """From here on Ctrl-C leaves this."""
    _now[:] = [what]


def interrupted() -> str:
    """`interrupted: nothing was written`."""
    return ": ".join(["interrupted", *_now])
