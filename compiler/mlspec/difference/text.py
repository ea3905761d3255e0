"""What a change does goes in; what a person reads in a terminal comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from mlspec.report.terminal import Style, columns, paint, visible

from .difference import Difference, ObjectChange, Row, Sign, Subject

_STYLES = {Sign.ADDED: "32", Sign.REMOVED: "31", Sign.CHANGED: "33"}
_SUBJECT, _CHANGE, _WIDER = 16, 22, 12
"""Columns of what is aligned, at least, and how many more a block may make of them."""


def render(difference: Difference, colour: bool = False) -> str:
    """A block for each subject that changes, a line for each other one, and the sum; ends with a line feed."""
    blocks = ["\n".join(_subject(each, colour)) for each in difference.subjects if each.sign is not None]
    same = [f"{each.title}   unchanged" for each in beside_changed(difference)]
    return "\n".join([*blocks, *same, total(difference)]) + "\n"


def beside_changed(difference: Difference) -> list[Subject]:
    """What stays as it is of models that change elsewhere; nobody asks about the others."""
    changed = {each.model for each in difference.changed if each.model}
    return [each for each in difference.subjects if each.sign is None and each.model in changed]


def total(difference: Difference) -> str:
    """`1 model, 1 environment: 5 objects change, 1 added, none removed`."""
    changed = difference.changed
    if not changed:
        return f"nothing changes against {difference.base}"
    models = {each.model for each in changed if each.model}
    environments = {each.environment for each in changed}
    number = difference.objects(Sign.CHANGED)
    change = "1 object changes" if number == 1 else f"{number or 'no'} objects change"
    added, removed = (difference.objects(sign) or "none" for sign in (Sign.ADDED, Sign.REMOVED))
    what = [_count(len(models), "model")] if models else []
    return f"{', '.join([*what, _count(len(environments), 'environment')])}: {change}, {added} added, {removed} removed"


def _subject(subject: Subject, colour: bool) -> Iterator[str]:
    suffix = {Sign.ADDED: "   new", Sign.REMOVED: "   removed"}.get(subject.sign or Sign.CHANGED, "")
    yield paint(visible(subject.title), Style.STRONG, colour) + suffix
    if subject.unknown:
        yield "  ? its spec had an error before: what it gave is unknown"
    widths = (
        _width((visible(row.subject) for row in subject.rows), _SUBJECT),
        _width((_change(row) for row in subject.rows if row.notes), _CHANGE),
    )
    for row in subject.rows:
        yield _row(row, widths, colour)
    if subject.restart:
        yield f"  ! {visible(subject.restart)}"
    for line in objects_in_words(subject.objects):
        yield f"  = {line}"
    for change in subject.objects:
        for part in change.refused:
            said = (
                f"  ! {change.kind} {change.name}: `{part}` cannot change, the cluster would refuse it ({change.path})"
            )
            yield paint(said, Style.ERROR, colour)


def _width(cells: Iterable[str], least: int) -> int:
    """Of a column of one block: of its longest cell, unless that is far longer than others and pushes the rest on."""
    return max([least, *(width for cell in cells if (width := columns(cell)) <= least + _WIDER)])


def _change(row: Row) -> str:
    return " → ".join(visible(each) for each in (row.before, row.after) if each)


def _row(row: Row, widths: tuple[int, int], colour: bool) -> str:
    cells = [_padded(visible(row.subject), widths[0]), _padded(_change(row), widths[1]), *map(visible, row.notes)]
    sign = f"\x1b[{_STYLES[row.sign]}m{row.sign}\x1b[0m" if colour else str(row.sign)
    return f"  {sign} {'   '.join(cells)}".rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * max(width - columns(text), 0)


def objects_in_words(objects: tuple[ObjectChange, ...]) -> Iterator[str]:
    """`changes configmap, deployment`, `adds scaledobject`: by the names of their files."""
    verbs = {
        (Sign.CHANGED, False): "changes",
        (Sign.CHANGED, True): "changes the labels of",
        (Sign.ADDED, False): "adds",
        (Sign.REMOVED, False): "removes",
    }
    for what, verb in verbs.items():
        names = [PurePosixPath(each.path).stem for each in objects if (each.sign, each.labels_only) == what]
        if names:
            yield f"{verb} {', '.join(names)}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
