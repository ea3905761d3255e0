"""A text -> the kind of credential that it looks like, by the shapes that well-known services give theirs."""

from __future__ import annotations

import re
from functools import lru_cache

_SHAPES = {
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "an Azure storage key": r"\bAccountKey=[A-Za-z0-9+/]{40,}",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22})",
    "a GitLab token": r"\bglpat-[\w-]{20}",
    "a Google API key": r"\bAIza[\w-]{35}",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30}",
    # `sk-` alone begins plain words, too: a key mixes capitals and digits in.
    "an OpenAI or Anthropic key": r"\bsk-(?=[\w-]*[0-9])(?=[\w-]*[A-Z])[\w-]{20}",
    "a PyPI token": r"\bpypi-AgE[\w-]{50}",
    "a Slack token": r"\bxox[abposr]-[A-Za-z0-9-]{10}",
    "a JSON Web Token": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    # A reference that something else fills in (`$(NAME)`, `${NAME}`, `{{ … }}`, `<password>`) is none.
    "a password in a URL": r"[a-z0-9]://[^\s/:@]*:(?![$<{])[^\s/@]+@",
}
_SHAPE = re.compile("|".join(f"({shape})" for shape in _SHAPES.values()), re.ASCII)
_KINDS = tuple(_SHAPES)
_SHORTEST = 12
_NAME = re.compile(r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$", re.I)
_PLAIN = re.compile(r"(?i)|true|false|none|null|[0-9.]*|[<\[].*[>\]]|\$.*|\.{0,2}/.*")
"""What such a variable holds that is none: a switch, a number, a word in brackets (`<pad>`), a reference, a path."""


@lru_cache(4096)
def credential_kind(text: str) -> str | None:
    """What a text looks like or contains, as `a GitHub token`; None for what looks like no credential."""
    if len(text) < _SHORTEST:
        return None
    match = _SHAPE.search(text)
    return _KINDS[(match.lastindex or 1) - 1] if match else None


def names_credential(name: str, value: str) -> bool:
    """Whether a variable of that name, for instance `DB_PASSWORD`, can hold nothing but a credential in `value`."""
    return _NAME.search(name) is not None and _PLAIN.fullmatch(value) is None
