"""What a command found, as one value that every format is made from; each finding with a lasting fingerprint."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mlspec.diagnostics import Diagnostic
from mlspec.source.files import Files
from mlspec.source.text import MAX_BYTES, displayed, split_lines
from mlspec.unit import SetAside


@dataclass(frozen=True, slots=True)
class Item:
    """A finding; `reason` is why a comment sets it aside, empty where none does."""

    finding: Diagnostic
    fingerprint: str
    reason: str = ""


@dataclass(frozen=True)
class Account:
    """What a command came to; `status` is the one that it exits with."""

    command: str
    findings: Sequence[Diagnostic]
    files: Files
    status: int
    set_aside: Sequence[SetAside] = ()
    changes: Sequence[tuple[str, str]] = ()
    """Each generated path that differs or was changed, and how (a `Kind` of the tree)."""
    subjects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For each spec file the names of what it declares, so that what is in order can be named too."""
    folder: str = ""
    """The workspace as seen from where the command was started, with a slash at its end; empty where that is it."""

    def items(self) -> Iterator[Item]:
        """Every finding with its fingerprint, those that are set aside last."""
        lines = _Lines(self.files)
        seen: Counter[tuple[str, str, str]] = Counter()
        reasons = [("", found) for found in self.findings] + [(each.reason, each.finding) for each in self.set_aside]
        for reason, found in reasons:
            subject = (found.code, found.span.file, lines.of(found))
            yield Item(found, _fingerprint(*subject, seen[subject]), reason)
            seen[subject] += 1


class _Lines:
    """The line of a finding without its indentation: what stays the same when lines come and go above it."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._read: dict[str, list[str]] = {}

    def of(self, found: Diagnostic) -> str:
        lines = self._lines(found.span.file)
        return lines[found.span.line - 1].strip() if found.span.line <= len(lines) else ""

    def _lines(self, file: str) -> list[str]:
        if file not in self._read:
            try:
                self._read[file] = split_lines(displayed(self._files.read(file, MAX_BYTES)))
            except OSError:
                self._read[file] = []
        return self._read[file]


def _fingerprint(code: str, file: str, line: str, occurrence: int) -> str:
    """Hex sha256, cut to 32 digits, over what a person would call the same finding in the next commit."""
    return hashlib.sha256("\n".join((code, file, line, str(occurrence))).encode()).hexdigest()[:32]
