"""Sections -> the place of every panel on a grid that is 24 wide: lines that are full, and nothing that overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mlspec.plan.parts.dashboard import Panel, Place, Section

WIDTH = 24
_HEADING = 1


def lay_out(sections: Iterable[Section]) -> Iterator[tuple[Section, Place, tuple[Place, ...]]]:
    """Each with the place of its heading and those of its panels, from the top."""
    y = 0
    for section in sections:
        heading = Place(0, y, WIDTH, _HEADING)
        y += _HEADING
        places: list[Place] = []
        for line in _lines(section.panels):
            places += _line(line, y)
            y += max(panel.height for panel in line)
        yield section, heading, tuple(places)


def _lines(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    """As many as fit beside each other; what is of another height begins a line of its own."""
    line: list[Panel] = []
    for panel in panels:
        full = sum(each.width for each in line) + panel.width > WIDTH
        if line and (full or panel.height != line[0].height):
            yield line
            line = []
        line.append(panel)
    if line:
        yield line


def _line(line: Sequence[Panel], y: int) -> Iterator[Place]:
    """What is left of a line goes to its panels, one cell each from the left, so that it ends at the edge."""
    left = WIDTH - sum(panel.width for panel in line)
    each, more = divmod(left, len(line))
    x = 0
    for index, panel in enumerate(line):
        width = panel.width + each + (index < more)
        yield Place(x, y, width, panel.height)
        x += width
