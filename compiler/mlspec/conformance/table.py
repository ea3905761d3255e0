"""Outcomes -> the table that a terminal shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mlspec.report.terminal import Style, columns, paint, visible

from .case import Case
from .suite import Outcome, Result

_STYLES = {Result.FAILED: Style.ERROR, Result.SKIPPED: Style.WARNING, Result.PASSED: Style.FRAME}


def rows(cases: Sequence[Case], outcomes: Iterable[Outcome], *, colour: bool) -> Iterator[str]:
    """`group   case   result   why`, a line for each outcome as it comes; `cases` are all that will."""
    group_width = max((columns(visible(case.group)) for case in cases), default=0)
    name_width = max((columns(visible(case.name)) for case in cases), default=0)
    for outcome in outcomes:
        result = paint(outcome.result, _STYLES[outcome.result], colour)
        cells = (_pad(outcome.group, group_width), _pad(outcome.name, name_width), result, visible(outcome.why))
        yield "   ".join(cells).rstrip()


def total(outcomes: Sequence[Outcome]) -> str:
    """`61 cases: 58 passed, 2 failed, 1 skipped`."""
    counts = Counter(outcome.result for outcome in outcomes)
    words = {Result.PASSED: "passed", Result.FAILED: "failed", Result.SKIPPED: "skipped"}
    said = ", ".join(f"{counts[result]} {word}" for result, word in words.items() if counts[result])
    return f"{len(outcomes)} cases: {said}"


def _pad(text: str, width: int) -> str:
    text = visible(text)
    return text + " " * (width - columns(text))
