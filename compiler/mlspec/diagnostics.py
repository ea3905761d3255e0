"""What the compiler says to its user: a finding with a code, a place in the user's own file, and a way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class ExitCode:
    """Exit statuses of every command (ARCHITECTURE.md, "Exit codes")."""

    CLEAN = 0
    CHANGED = 1
    ERROR = 2
    BUG = 3


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range in a file of the workspace.

    `file` is relative to the workspace with forward slashes; lines and columns count from 1, columns in
    characters; `end_column` is exclusive, so an empty range has `column == end_column`.
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding is about, with what is to be seen there."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `label` is written beside the caret; `help` says what to do about it."""

    code: str
    message: str
    span: Span
    label: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()
    severity: Severity = Severity.ERROR
    fix: str = ""
    """What was most likely meant in place of all that `span` covers, as an editor can put it there; empty: unknown."""


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, each finding once: one line wrong in two environments is one finding, an error where any is."""
    unique = dict.fromkeys(diagnostics)
    worst = [found for found in unique if found.severity is Severity.ERROR or _raised(found) not in unique]
    return sorted(worst, key=lambda found: (found.span, found.code, found.message))


def _raised(found: Diagnostic) -> Diagnostic:
    return replace(found, severity=Severity.ERROR)
