"""A txtar archive -> a workspace with a mistake in it, what a person would underline, and the whole report.

The comment at the top is a sentence about the mistake, and a line `<code> <underlined text>` for each finding; then
`-- <path> --` before the content of each file; the last one, `report`, is what `mlspec compile` prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mlspec.compile import compile as compile_workspace
from mlspec.diagnostics import Diagnostic
from mlspec.report.text import render
from mlspec.source.files import FilesInMemory

FOLDER = Path(__file__).parent / "cases"
REPORT = "report"
_FILE = re.compile(r"^-- (?P<path>\S+)(?: of (?P<mebibytes>\d+) MiB)? --\n", re.MULTILINE)
_FINDING = re.compile(r"(?P<code>MLS\d{3}) (?P<underlined>.*)")


@dataclass(frozen=True)
class Case:
    """One mistake; `text` is the archive without its report."""

    path: Path
    text: str = field(repr=False)
    expected: list[tuple[str, str]]
    """The code of each finding, and the text that its carets stand below."""
    content: dict[str, bytes] = field(repr=False)
    report: str = field(repr=False)

    @cached_property
    def findings(self) -> list[Diagnostic]:
        return compile_workspace(FilesInMemory(self.content)).diagnostics

    def rendered(self) -> str:
        return render(self.findings, FilesInMemory(self.content))

    def mended(self, found: Diagnostic) -> list[Diagnostic]:
        """What is found once the fix stands in place of what is underlined."""
        file, line = found.span.file, found.span.line
        assert line == found.span.end_line, "a fix is of one line"
        lines = self.content[file].decode().splitlines(keepends=True)
        text = lines[line - 1]
        lines[line - 1] = text[: found.span.column - 1] + found.fix + text[found.span.end_column - 1 :]
        return compile_workspace(FilesInMemory({**self.content, file: "".join(lines).encode()})).diagnostics

    def underlined(self, found: Diagnostic) -> tuple[str, str]:
        """The code of a finding, and what it underlines of its first line."""
        line = self.content[found.span.file].decode().splitlines()[found.span.line - 1]
        end = found.span.end_column - 1 if found.span.end_line == found.span.line else len(line)
        return found.code, line[found.span.column - 1 : end]


def read_case(path: Path) -> Case:
    """ValueError where the file is no archive of this form."""
    archive = path.read_text(encoding="utf-8")
    comment, *parts = _FILE.split(archive)
    content = {
        name: b"\0" * (int(mebibytes) << 20) if mebibytes else text.encode()
        for name, mebibytes, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    }
    report = content.pop(REPORT, b"").decode()
    about, *findings = comment.splitlines()
    matches = [_FINDING.fullmatch(line) for line in findings]
    if not about.endswith(".") or not all(matches):
        raise ValueError(f"{path.name}: a sentence about the mistake, then `<code> <underlined text>` for each finding")
    expected = [(match["code"], match["underlined"]) for match in matches if match]
    return Case(path, archive.partition(f"-- {REPORT} --\n")[0], expected, content, report)


CASES = [read_case(path) for path in sorted(FOLDER.glob("*/*.txtar"))]
