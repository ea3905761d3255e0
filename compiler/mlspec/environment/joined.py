"""What was found in each environment -> findings: those that differ by the environment's name alone are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mlspec.diagnostics import Diagnostic

_ANYWHERE = "\0"
"""No message holds it: a character that nobody sees is replaced when its file is read."""


def joined(findings: Iterable[tuple[str, Diagnostic]]) -> list[Diagnostic]:
    """One finding for each mistake, which names every environment (the first of each pair) that has it."""
    same: dict[Diagnostic, dict[str, Diagnostic]] = {}
    for environment, found in findings:
        same.setdefault(_anonymous(found, environment), {}).setdefault(environment, found)
    return [_named(anonymous, each) for anonymous, each in same.items()]


def _anonymous(found: Diagnostic, environment: str) -> Diagnostic:
    name = re.compile(rf"\b(?P<word>in|for) {re.escape(environment)}(?![\w.-])")
    message, label, remedy = (
        name.sub(rf"\g<word> {_ANYWHERE}", text) for text in (found.message, found.label, found.help)
    )
    return replace(found, message=message, label=label, help=remedy, related=())


def _named(anonymous: Diagnostic, each: dict[str, Diagnostic]) -> Diagnostic:
    names = _in_words(list(each))
    message, label, remedy = (
        text.replace(_ANYWHERE, names) for text in (anonymous.message, anonymous.label, anonymous.help)
    )
    related = dict.fromkeys(place for found in each.values() for place in found.related)
    return replace(anonymous, message=message, label=label, help=remedy, related=tuple(related))


def _in_words(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
