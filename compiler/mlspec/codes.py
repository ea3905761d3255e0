"""The registry of diagnostic codes: declarations come in; findings that carry a code, and their documentation, go out.

Families: MLS0xx YAML and files, MLS1xx language and types, MLS2xx Kubernetes and environment, MLS3xx monitoring,
MLS4xx image and build, MLS5xx tree and gitops, MLS6xx not supported yet (none at present), MLS9xx a bug of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from mlspec.diagnostics import Diagnostic, Related, Severity, Span

_IDENTIFIER = re.compile(r"MLS[0-69]\d\d")
_codes: dict[str, Code] = {}


class Code(Struct, frozen=True):
    """A kind of finding: `title` says what is wrong, `reason` why that matters, `remedy` what to do about it."""

    id: str
    name: str
    title: str
    reason: str
    remedy: str

    def error(
        self,
        span: Span,
        message: str,
        *,
        label: str = "",
        remedy: str = "",
        related: Iterable[Related] = (),
        fix: str = "",
    ) -> Diagnostic:
        """A finding of this kind because of which nothing is written; `remedy` where there is a closer one."""
        return Diagnostic(self.id, message, span, label, remedy or self.remedy, tuple(related), Severity.ERROR, fix)

    def warning(
        self,
        span: Span,
        message: str,
        *,
        label: str = "",
        remedy: str = "",
        related: Iterable[Related] = (),
        fix: str = "",
    ) -> Diagnostic:
        """A finding of this kind that hinders nothing; `remedy` where there is a closer one."""
        return Diagnostic(self.id, message, span, label, remedy or self.remedy, tuple(related), Severity.WARNING, fix)


def code(identifier: str, name: str, *, title: str, reason: str, remedy: str) -> Code:
    """Declares a code; ValueError where the identifier has no family, or another code has the same one or its name."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValueError(f"{identifier} is not MLS and three digits of a family that exists")
    if identifier in _codes or any(name == other.name for other in _codes.values()):
        raise ValueError(f"the diagnostic {identifier} ({name}) is declared twice")
    return _codes.setdefault(identifier, Code(identifier, name, title, reason, remedy))


def all_codes() -> list[Code]:
    """Every code that the imported modules declare, in order."""
    return [_codes[identifier] for identifier in sorted(_codes)]


def names_of_codes() -> dict[str, str]:
    """The name of every code that the imported modules declare, by its identifier."""
    return {code.id: code.name for code in _codes.values()}
