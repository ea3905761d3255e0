"""The text of a spec in; the comments that set a finding aside, `# mlspec: ignore CODE because …`, out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct

from mlspec.diagnostics import Diagnostic, Span

from .findings import IGNORE_WITHOUT_REASON
from .text import Text, quoted, split_lines

MARKER = re.compile(rb"#[ \t]*mlspec:[ \t]*ignore")
"""What a file has to hold for it to be worth looking for comments."""
_COMMENT = re.compile(r"#[ \t]*mlspec:[ \t]*ignore\b(?P<rest>[^\r\n]*)")
_REASONED = re.compile(r"\s*(?P<codes>.*?)\s*\bbecause\b\s*(?P<reason>.*)")
_WORD = re.compile(r"[^\s,]+")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+")
_SHOWN = 20  # findings about the comments of one file
_EXAMPLE = "# mlspec: ignore MLS231 because the controller is replaced in March"


class Named(Struct, frozen=True):
    """A code as it is written in a comment, and where."""

    code: str
    span: Span


class Ignore(Struct, frozen=True):
    """One comment with its reason; it sets aside what is found on one of `lines` of its file."""

    span: Span
    names: tuple[Named, ...]
    reason: str
    lines: tuple[int, ...]


def read_ignores(text: Text) -> tuple[list[Ignore], list[Diagnostic]]:
    """Every such comment of a file, and a finding for each that lacks its codes or its reason."""
    ignores: list[Ignore] = []
    found: list[Diagnostic] = []
    following = _next_line(text.content)
    for comment in _comments(text):
        span = text.span(comment.start(), comment.start() + len(comment.group().rstrip()))
        reasoned = _REASONED.fullmatch(comment["rest"])
        start = comment.start("rest")
        codes = reasoned["codes"] if reasoned else comment["rest"]
        offset = start + (reasoned.start("codes") if reasoned else 0)
        names = tuple(
            Named(word.group(), text.span(offset + word.start(), offset + word.end())) for word in _WORD.finditer(codes)
        )
        if reasoned and names and reasoned["reason"].strip():
            alone = not text.content[text.line_start(comment.start()) : comment.start()].strip()
            lines = (span.line, following[span.line]) if alone and following[span.line] else (span.line,)
            ignores.append(Ignore(span, names, reasoned["reason"].strip(), lines))
            continue
        lacking = "does not say why" if names else "does not name a code"
        message = f"{quoted(comment.group().rstrip())} {lacking}, so it sets nothing aside"
        found.append(IGNORE_WITHOUT_REASON.warning(span, message, remedy=f"write what and why: `{_EXAMPLE}`"))
    return ignores, found[:_SHOWN]


def _next_line(content: str) -> list[int]:
    """By line, from 1: the first line after it that is neither empty nor a comment; 0 where there is none."""
    lines = split_lines(content)
    following = [0] * (len(lines) + 1)
    for number in range(len(lines) - 1, 0, -1):
        line = lines[number].lstrip()
        following[number] = number + 1 if line and not line.startswith("#") else following[number + 1]
    return following


def _comments(text: Text) -> Iterator[re.Match[str]]:
    """The comments proper: what looks like one inside a value is a piece of that value."""
    values = list(_scalars(text))  # in written order, and none inside another
    for match in _COMMENT.finditer(text.content):
        place = match.start()
        if text.content[place - 1 : place].strip(" \t\r\n"):  # a comment has white space before it (YAML 1.2, 6.6)
            continue
        index = bisect_left(values, (place, 0)) - 1
        if index < 0 or values[index][1] <= place:
            yield match


def _scalars(text: Text) -> Iterator[tuple[int, int]]:
    """Where the values of a file stand, as far as it is YAML; a comment behind `|` is not part of the block."""
    import yaml  # the slow scanner: only for files with such comments

    try:
        for token in yaml.scan(text.content, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken):
                start, end = token.start_mark.index, token.end_mark.index
                header = _BLOCK_HEADER.match(text.content, start) if token.style in ("|", ">") else None
                if header and text.content.startswith("#", header.end()):
                    start = header.end() + len(text.rest_of_line(header.end()))
                yield start, end
    except yaml.YAMLError:
        return  # the finding that says so cannot be set aside
