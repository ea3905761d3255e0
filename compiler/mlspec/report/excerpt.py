"""A line and a range of its characters in; the part of the line to show, and where to underline it, out."""

from __future__ import annotations

from dataclasses import dataclass

from .terminal import columns, visible

_WIDEST = 100  # columns of a line that are shown
_LEAD = 20  # characters before the range where a line is cut; as tabs they still leave room for the range
_CUT = "…"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line as it is shown; the underline begins `offset` columns in and is `width` columns long."""

    shown: str
    offset: int
    width: int


def excerpt(line: str, start: int, end: int) -> Excerpt:
    """The part of a line around the characters from index `start` to before `end`; at least one is underlined."""
    start = min(start, len(line))
    end = max(min(end, len(line)), start)
    first = 0 if end <= _last_shown(line, 0) else max(0, start - _LEAD)
    last = _last_shown(line, first)
    lead = _CUT if first else ""
    before = lead + visible(line[first:start])
    marked = before + visible(line[start : min(end, last)])
    shown = lead + visible(line[first:last]) + (_CUT if last < len(line) else "")
    return Excerpt(shown, columns(before), max(columns(marked) - columns(before), 1))


def _last_shown(line: str, first: int) -> int:
    """The end of what fits; a character takes no column at least, so no more than the widest are looked at."""
    last = min(first + _WIDEST, len(line))
    while columns(visible(line[first:last])) > _WIDEST:
        last -= 1
    return last
