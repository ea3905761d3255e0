"""How a tree differs goes in, text for a terminal comes out: a headline for each path and the lines that differ."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice

from mlspec.artifacts.file import File, Output

from .changes import Change, Changes, Kind
from .errors import explained
from .standing import KEPT, Shape

_MOST_LINES = 5_000
"""Lines of both sides together up to which they are compared; the time of a comparison grows with their square."""

_HEADLINES = {
    Kind.NEW: "is missing",
    Kind.DELETED: "was deleted by hand",
    Kind.STALE: "is stale",
    Kind.EDITED: "was edited by hand",
    Kind.ORPHANED: "should not exist",
    Kind.FOREIGN: "was not written by mlspec and stands where it must write",
}

# Every control character but the tab, and the marks that reverse the direction of text: a file that somebody edited
# must not be able to repaint the terminal that shows it.
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_VISIBLE = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _CONTROLS if code != 0x09}


def headline(change: Change) -> str:
    """What is wrong with one path, in one line."""
    said = _HEADLINES[change.kind]
    if change.kind is Kind.EDITED and change.after is None:
        said += " and should not exist"
    if change.kind is Kind.EDITED and change.found and change.found.shape is not Shape.FILE:
        said = f"was replaced by a {change.found.shape}"
    return f"{change.path.translate(_VISIBLE)} {said}"


def diff(changes: Changes) -> Iterator[str]:
    """Lines, without their ends, that show each path that differs: `-` as it stands, `+` as `write` leaves it.

    An index is named and not shown: its digests say nothing to a person.
    """
    indexes = {change.path for change in changes.indexes}
    for change in changes.shown:
        yield headline(change)
        is_file = change.found is None or change.found.shape is Shape.FILE
        if change.kind is not Kind.FOREIGN and is_file and change.path not in indexes:
            yield from _hunks(changes, change)


def _hunks(changes: Changes, change: Change) -> Iterator[str]:
    before = change.found.content if change.found else b""
    after = _content(changes, change.after) if change.after else b""
    both = change.found is not None and change.after is not None  # of one alone the headline says all
    if before is None or after is None:
        yield from ["large file differs"] if both else []
    elif (old := _lines(before)) is None or (new := _lines(after)) is None:
        yield from ["binary file differs"] if both else []
    elif len(old) + len(new) > _MOST_LINES:
        yield f"too long to show: {len(old)} lines, and {len(new)} as it should be"
    else:
        for line in islice(unified_diff(old, new, lineterm=""), 2, None):
            yield from (part.translate(_VISIBLE) for part in line.split("\n"))


def _content(changes: Changes, output: Output) -> bytes | None:
    """What belongs at a path, None for a file too large to show."""
    if isinstance(output, File):
        return output.content
    if output.size > KEPT:
        return None
    with explained(output.source), open(changes.layout.on_disk(output.source), "rb") as source:
        return source.read()


def _lines(content: bytes) -> list[str] | None:
    """The lines of a text, None for what is no text; only a line feed ends a line, as in git."""
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError:
        return None
    if b"\0" in content:
        return None
    if lines[-1]:
        lines[-1] += "\n\\ No newline at end of file"
    else:
        lines.pop()
    return lines
