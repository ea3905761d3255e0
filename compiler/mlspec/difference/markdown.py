"""What a change does goes in; a comment for a pull request, in Markdown as GitHub and GitLab show it, comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .difference import Difference, Row, Sign, Subject
from .text import beside_changed, objects_in_words, total

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@])")
_SIGNS = {Sign.ADDED: "added", Sign.REMOVED: "removed", Sign.CHANGED: ""}


def render(difference: Difference) -> str:
    """The sum, a table for each subject that changes, and the objects folded away; ends with a line feed."""
    parts = [f"**{_plain(total(difference))}**", *("\n".join(_subject(each)) for each in difference.changed)]
    same = [each.title for each in beside_changed(difference)]
    if same:
        parts.append(f"Unchanged: {_plain(', '.join(same))}")
    return "\n\n".join(parts) + "\n"


def _subject(subject: Subject) -> Iterator[str]:
    what = _SIGNS[subject.sign or Sign.CHANGED]
    yield f"### {_plain(subject.title)}{f' ({what})' if what else ''}"
    yield ""
    if subject.unknown:
        yield "Its spec had an error before: what it gave is unknown."
        yield ""
    for change in subject.objects:
        for part in change.refused:
            what = f"{_code(part)} of {change.kind} {_plain(change.name)}"
            yield f"> **The cluster would refuse this**: {what} cannot change."
            yield ""
    if subject.rows:
        yield "| | before | after | |"
        yield "|---|---|---|---|"
        yield from map(_row, subject.rows)
        yield ""
    if subject.restart:
        yield f"{_plain(_sentence(subject.restart))}"
        yield ""
    if subject.objects:
        said = "; ".join(objects_in_words(subject.objects))
        yield f"<details><summary>{_plain(_sentence(said))}</summary>\n"
        yield from (f"- {change.sign} {_code(change.path)}" for change in subject.objects)
        yield "\n</details>"


def _row(row: Row) -> str:
    mark = {Sign.ADDED: "**+** ", Sign.REMOVED: "**-** "}.get(row.sign, "")
    cells = [mark + _plain(row.subject), _code(row.before), _code(row.after), _plain("; ".join(row.notes))]
    return "| " + " | ".join(cells) + " |"


def _code(text: str) -> str:
    """In a code span; a bar would end the cell, and a backtick the span."""
    return f"`{text.replace('`', chr(0x2BB)).replace('|', chr(0x2223))}`" if text else ""


def _plain(text: str) -> str:
    """Nothing in a spec may become markup, a link or a mention of somebody."""
    return _SPECIAL.sub(r"\\\1", text)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
