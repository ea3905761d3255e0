"""The bytes of a file in; its characters, where they stand, and what is wrong with them out."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from mlspec.diagnostics import Diagnostic, Span

from .findings import HIDDEN_CHARACTER, NOT_UTF8, TOO_LARGE

MAX_BYTES = 1 << 20
_SHOWN_HIDDEN_CHARACTERS = 10
_LONGEST_QUOTE = 40
_LINE_BREAK = re.compile(r"\r\n|\r|\n")  # what editors and YAML 1.2 count; libyaml counts U+0085, U+2028, U+2029 too
# Outside c-printable (YAML 1.2, 5.1), or printable but not what it looks like: other line separators, a byte order
# mark inside the text, and the marks that reverse the direction of writing (CVE-2021-42574).
_HIDDEN = re.compile(
    # Not as a complement of what is allowed: `re` visits every character of a class one by one.
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]+"
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class Text:
    """The characters of a file, of which each has a line and a column (both from 1; columns count characters)."""

    def __init__(self, file: str, content: str) -> None:
        self.file = file
        self.content = content
        self._starts = [0, *(found.end() for found in _LINE_BREAK.finditer(content))]

    def span(self, start: int, end: int | None = None) -> Span:
        """The range between two indexes, moved into the text; without an end, the character at `start`."""
        size = len(self.content)
        first = min(max(start, 0), size)
        last = self._one_on(first) if end is None else min(max(end, first), size)
        line = bisect_right(self._starts, first)
        end_line = bisect_right(self._starts, last)
        return Span(
            self.file, line, first - self._starts[line - 1] + 1, end_line, last - self._starts[end_line - 1] + 1
        )

    def index(self, line: int, column: int) -> int:
        """Where a line and a column of this text are among its characters."""
        return self._starts[line - 1] + column - 1

    def line_start(self, index: int) -> int:
        """Where the line of an index begins."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def rest_of_line(self, index: int) -> str:
        """The characters from an index to the end of its line."""
        found = _LINE_BREAK.search(self.content, index)
        return self.content[index : found.start() if found else len(self.content)]

    def _one_on(self, index: int) -> int:
        return index + (index < len(self.content) and self.content[index] not in "\r\n")


def split_lines(content: str) -> list[str]:
    """The lines of a text without their ends, counted as editors count them."""
    return _LINE_BREAK.split(content)


def decode(file: str, data: bytes) -> tuple[Text | None, list[Diagnostic]]:
    """The text of a file and the findings about its characters; no text where there is nothing to read further.

    A character that is refused is replaced, so that the rest of the file is read and every position stays.
    """
    if len(data) > MAX_BYTES:
        return None, [TOO_LARGE.error(Span(file), f"the file is larger than {MAX_BYTES >> 20} MiB")]
    if encoding := _other_encoding(data):
        return None, [NOT_UTF8.error(Span(file), f"the file is {encoding[:6]}, not UTF-8")]
    try:
        content = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        return None, [_not_utf8(file, data.removeprefix(codecs.BOM_UTF8), error.start)]
    text = Text(file, content)
    findings = list(islice(_hidden_characters(text), _SHOWN_HIDDEN_CHARACTERS))
    return (Text(file, _HIDDEN.sub(_replacement, content)) if findings else text), findings


def displayed(data: bytes) -> str:
    """The characters of a file for showing them to a person; what cannot be read is U+FFFD."""
    encoding = (_other_encoding(data) or "UTF-8").lower()
    return data.removeprefix(codecs.BOM_UTF8).decode(encoding, errors="replace")


def _other_encoding(data: bytes) -> str | None:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    if len(data) >= 2 and data[:2].count(0) == 1:  # an ASCII character in two bytes
        return "UTF-16-LE" if data[1] == 0 else "UTF-16-BE"
    return None


def _not_utf8(file: str, data: bytes, start: int) -> Diagnostic:
    before = split_lines(data[:start].decode())
    line, column = len(before), len(before[-1]) + 1
    latin = data[start : start + 1].decode("latin-1")
    label = f"{latin} in Latin-1" if latin.isprintable() else ""
    span = Span(file, line, column, line, column + 1)
    return NOT_UTF8.error(span, f"the byte 0x{data[start]:02X} is not UTF-8", label=label)


def _hidden_characters(text: Text) -> Iterator[Diagnostic]:
    import unicodedata  # a megabyte of tables, for findings only

    for found in _HIDDEN.finditer(text.content):
        character = found.group()[0]
        name = unicodedata.name(character, "control character")
        yield HIDDEN_CHARACTER.error(
            text.span(found.start(), found.end()),
            f"the character U+{ord(character):04X} is not visible",
            label=name.lower(),
            remedy=f'remove it; where it is meant, write "{_escape(character)}" in double quotes',
        )


def _replacement(found: re.Match[str]) -> str:
    return "\ufffd" * len(found.group())


def _escape(character: str) -> str:
    point = ord(character)
    return f"\\x{point:02X}" if point < 0x100 else f"\\u{point:04X}" if point < 0x10000 else f"\\U{point:08X}"


def quoted(words: str) -> str:
    """A piece of a file for a message: on one line and not long."""
    line = " ".join(words.split())
    return f"`{line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + '…'}`"
