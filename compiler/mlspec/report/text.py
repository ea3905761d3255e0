"""Findings and the files that they are about in; what a person reads in a terminal out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mlspec.diagnostics import Diagnostic, Related, Severity, Span
from mlspec.source.files import Files
from mlspec.source.text import MAX_BYTES, displayed, split_lines

from .excerpt import Excerpt, excerpt
from .terminal import Style, paint, visible

_STYLES = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING}
_TO_THE_END = 1 << 30


def render(diagnostics: Iterable[Diagnostic], files: Files, colour: bool = False) -> str:
    """Every finding with the lines that it is about, an empty line between two; ends with a line feed, if not empty.

    The command that explains a code is named where the code occurs first.
    """
    printer = _Printer(files, colour)
    return "\n".join("".join(f"{line}\n" for line in printer.finding(found)) for found in diagnostics)


def excerpts(places: Sequence[Related], files: Files, colour: bool = False) -> Iterator[str]:
    """The lines that places are about, each with its label; what they are places of is somebody else's to say."""
    yield from _Printer(files, colour).excerpts(places)


class _Printer:
    def __init__(self, files: Files, colour: bool) -> None:
        self._files = files
        self._colour = colour
        self._lines: dict[str, list[str]] = {}
        self._explained: set[str] = set()

    def finding(self, found: Diagnostic) -> Iterator[str]:
        style = _STYLES[found.severity]
        title = self._paint(f"{found.severity}[{found.code}]", style)
        yield title + self._paint(f": {visible(found.message)}", Style.STRONG)
        places = [Related(found.span, found.label), *found.related]
        gutter = max(len(str(place.span.end_line)) for place in places)
        for index, place in enumerate(places):
            span = self._shown_span(place.span)
            yield self._frame(gutter, "├─ " if index else "┌─ ") + visible(_place(span))
            yield from self._source(span, place.label, gutter, "-" if index else "^", Style.FRAME if index else style)
        yield from self._notes(found, gutter)

    def excerpts(self, places: Sequence[Related]) -> Iterator[str]:
        gutter = max(len(str(place.span.end_line)) for place in places)
        for index, place in enumerate(places):
            span = self._shown_span(place.span)
            yield self._frame(gutter, "├─ " if index else "┌─ ") + visible(_place(span))
            yield from self._source(span, place.label, gutter, "^", Style.FRAME)

    def _source(self, span: Span, label: str, gutter: int, mark: str, style: Style) -> Iterator[str]:
        """The first line of a range, underlined, and its last one where that is another."""
        lines = self._read(span.file)
        last = min(span.end_line, len(lines))
        if _is_whole_file(span) or span.line > last:
            if label:
                yield self._frame(gutter, "│ ") + self._paint(visible(label), style)
            return
        for number in dict.fromkeys((span.line, last)):
            if number > span.line + 1:
                yield self._frame(gutter, "┆")
            line = lines[number - 1]
            start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
            end = span.end_column - 1 if number == span.end_line else _TO_THE_END
            part = excerpt(line, start, end)
            yield self._frame(gutter, "│ " if part.shown else "│", number) + part.shown
            yield self._frame(gutter, "│ ") + self._paint(
                _underline(part, mark, label if number == last else ""), style
            )

    def _notes(self, found: Diagnostic, gutter: int) -> Iterator[str]:
        notes = [f"help: {found.help}"] if found.help else []
        if found.code not in self._explained:
            notes.append(f"mlspec explain {found.code}")
        self._explained.add(found.code)
        for note in notes:
            first, *others = note.splitlines()
            yield self._frame(gutter, "= ") + visible(first)
            yield from (" " * (gutter + 2) + visible(other) for other in others)

    def _shown_span(self, span: Span) -> Span:
        """A range that ends at the start of a line ends with the line before for a reader."""
        if span.end_column > 1 or span.end_line <= span.line:
            return span
        return Span(span.file, span.line, span.column, span.end_line - 1, _TO_THE_END)

    def _frame(self, gutter: int, sign: str, number: int | None = None) -> str:
        return self._paint(f"{number or '':>{gutter}}{sign}", Style.FRAME)

    def _paint(self, text: str, style: Style) -> str:
        return paint(text, style, self._colour)

    def _read(self, file: str) -> list[str]:
        if file not in self._lines:
            try:
                self._lines[file] = split_lines(displayed(self._files.read(file, MAX_BYTES)))
            except OSError:
                self._lines[file] = []
        return self._lines[file]


def _is_whole_file(span: Span) -> bool:
    return span == Span(span.file)


def _place(span: Span) -> str:
    return span.file if _is_whole_file(span) else str(span)


def _underline(part: Excerpt, mark: str, label: str) -> str:
    return f"{' ' * part.offset}{mark * part.width} {visible(label)}".rstrip()
