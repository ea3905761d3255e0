"""The registry of diagnostic codes: declarations come in; findings that carry a code, and their documentation, go out.

Families: MLS0xx YAML and files, MLS1xx language and types, MLS2xx Kubernetes and environment, MLS3xx monitoring,
MLS4xx image and build, MLS5xx tree and gitops, MLS6xx not supported yet (none at present), MLS9xx a bug of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from mlspec.diagnostics import Diagnostic, Related, Severity, Span

_IDENTIFIER = re.compile(r"MLS[0-69]\d\d")
_codes: dict[str, Code] = {}


class Ignorable(StrEnum):
    """Whether a comment may set a finding of a code aside, `# mlspec: ignore CODE because …`, and else why not.

    What is a judgement of cost or risk may be; what would come out broken, or is somebody else's to allow, may not.
    """

    YES = "yes"
    WARNING = "where it is a warning"
    UNREAD = "no, because without it nobody knows what the spec says"
    BROKEN = "no, because what came out would not work"
    POLICY = "no, because what the platform's policy forbids is not the model's to allow"
    COMMITTED = "no, because what is committed is read by everybody"
    COMMENT = "no, because it is about such a comment"
    ASKED = "no, because it is found by `mlspec lock`, which asks again each time"
    GENERATED = "no, because it is about generated files, and comments in them are not kept"
    OURS = "no, because it is a bug of mlspec"


_USUALLY = {
    "0": Ignorable.UNREAD,
    "1": Ignorable.UNREAD,
    "2": Ignorable.BROKEN,
    "3": Ignorable.BROKEN,
    "4": Ignorable.BROKEN,
    "5": Ignorable.GENERATED,
    "6": Ignorable.BROKEN,
    "9": Ignorable.OURS,
}
"""By family."""


class Code(Struct, frozen=True):
    """A kind of finding: `title` says what is wrong, `reason` why that matters, `remedy` what to do about it."""

    id: str
    name: str
    title: str
    reason: str
    remedy: str
    ignorable: Ignorable

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
        """A finding of this kind because of which nothing is written; `remedy` where there is a closer one.

        Where there is a `fix`, one step of an editor, it is the closest, and is told where nothing else is.
        """
        said, help_ = _one_line(message), self._help(remedy, fix)
        return Diagnostic(self.id, said, span, label, help_, tuple(related), Severity.ERROR, fix)

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
        said, help_ = _one_line(message), self._help(remedy, fix)
        return Diagnostic(self.id, said, span, label, help_, tuple(related), Severity.WARNING, fix)

    def _help(self, remedy: str, fix: str) -> str:
        return remedy or (f"did you mean `{fix}`?" if fix else self.remedy)


def _one_line(message: str) -> str:
    """A name that somebody wrote may have line breaks; a message has none."""
    return "\\n".join(message.splitlines())


def code(
    identifier: str, name: str, *, title: str, reason: str, remedy: str, ignorable: Ignorable | None = None
) -> Code:
    """Declares a code; ValueError where the identifier has no family, or another code has the same one or its name.

    Whether it may be ignored is as usual in its family, unless it says so itself.
    """
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValueError(f"{identifier} is not MLS and three digits of a family that exists")
    if identifier in _codes or any(name == other.name for other in _codes.values()):
        raise ValueError(f"the diagnostic {identifier} ({name}) is declared twice")
    may_be = ignorable or _USUALLY[identifier[3]]
    return _codes.setdefault(identifier, Code(identifier, name, title, reason, remedy, may_be))


def all_codes() -> list[Code]:
    """Every code that the imported modules declare, in order."""
    return [_codes[identifier] for identifier in sorted(_codes)]


def not_ignorable(found: Diagnostic) -> str:
    """Why no comment sets a finding aside, `because …`; empty where one may. Its code has been declared."""
    may_be = _codes[found.code].ignorable
    if may_be is Ignorable.YES or (may_be is Ignorable.WARNING and found.severity is Severity.WARNING):
        return ""
    return (
        "because as an error it leaves nothing that works"
        if may_be is Ignorable.WARNING
        else may_be.removeprefix("no, ")
    )


def names_of_codes() -> dict[str, str]:
    """The name of every code that the imported modules declare, by its identifier."""
    return {code.id: code.name for code in _codes.values()}
