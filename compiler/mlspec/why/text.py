"""An answer in; what a person reads in a terminal out: the line asked about, and the lines that decide it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.diagnostics import Related
from mlspec.report.terminal import Style, paint, visible
from mlspec.report.text import excerpts
from mlspec.source.files import Files

from .answer import Answer, Origin, place_of
from .leaf import NOTHING

_SHOWN = 4
"""Lines that are shown; the rest is named."""
_LISTED = 12


def render(answer: Answer, files: Files, *, colour: bool = False) -> str:
    """Ends with a line feed."""
    return "".join(f"{line}\n" for line in _lines(answer, files, colour))


def _lines(answer: Answer, files: Files, colour: bool) -> Iterator[str]:
    place = answer.place
    yield paint(f"{place.file}:{place.number}", Style.STRONG, colour) + (
        f"  {visible(place.shown)}" if place.steps else ""
    )
    yield f"  {visible(answer.text.strip())}"
    lines = [origin for origin in answer.origins if origin.leaf and origin.leaf.span]
    if lines:
        shown = [Related(place_of(origin), _label(origin)) for origin in lines[:_SHOWN]]
        yield from excerpts(shown, files, colour=colour)
    rest = [*lines[_SHOWN:], *(origin for origin in answer.origins if origin.leaf is None)]
    if rest:
        names = [origin.leaf.name if origin.leaf else origin.file for origin in rest]
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        yield f"  = {'also' if lines else 'from'}: {', '.join(names[:_LISTED])}{more}"
    for origin in [origin for origin in answer.origins if not origin.written][:_SHOWN]:
        assert origin.leaf is not None  # noqa: S101 - a file is written
        stands = "is not given" if origin.leaf.text == NOTHING else f"is {origin.leaf.text}"
        yield f"  = default: {origin.leaf.name} {stands}. {visible(origin.leaf.meaning)}"
        yield f"    {origin.leaf.documented}"
    if answer.reason is not None:
        lead = "always so" if not answer.origins else "because"
        rule = f" (rule {answer.reason.rule} of docs/rules.md)" if answer.reason.rule else ""
        why = f" {answer.reason.why}" if answer.reason.why else ""
        yield f"  = {lead}: {answer.reason.text.rstrip('.')}{rule}.{why}"


def _label(origin: Origin) -> str:
    return origin.leaf.label if origin.leaf else ""
