"""All findings and the comments that set some aside in; what is left, with what is wrong with a comment, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mlspec.codes import all_codes, code
from mlspec.diagnostics import Diagnostic, Severity, has_errors
from mlspec.source.ignores import Ignore, Named
from mlspec.unit import SetAside

UNUSED = code(
    "MLS114",
    "unused-ignore",
    title="a comment that sets aside what is not found",
    reason="It would hide the finding on the day when it comes back for another reason.",
    remedy="remove the code from the comment, or the comment",
)
UNKNOWN = code(
    "MLS115",
    "ignores-unknown-code",
    title="a comment that sets aside a code which does not exist",
    reason="It sets nothing aside.",
    remedy="`mlspec explain` lists all codes",
)
ERROR = code(
    "MLS116",
    "ignores-error",
    title="a comment that sets an error aside",
    reason="Nothing that works can be made from a spec with an error, and what a platform's policy forbids is not the "
    "model's to allow: only warnings can be set aside.",
    remedy="mend what is found, and remove the comment",
)


def set_aside(
    findings: Sequence[Diagnostic], ignores: Sequence[Ignore], load_codes: Callable[[], None]
) -> tuple[list[Diagnostic], list[SetAside]]:
    """The findings that remain, with those about the comments themselves, and those that are set aside.

    `load_codes` makes every code known; it is called where there is a comment at all.
    """
    if not ignores:
        return list(findings), []
    load_codes()
    left: list[Diagnostic] = []
    aside: list[SetAside] = []
    used: set[tuple[Ignore, str]] = set()
    refused: dict[tuple[Ignore, str], Diagnostic] = {}
    places = {
        (ignore.span.file, line, name.code): ignore
        for ignore in ignores
        for line in ignore.lines
        for name in ignore.names
    }
    for found in findings:
        ignore = places.get((found.span.file, found.span.line, found.code))
        if ignore is None:
            left.append(found)
        elif found.severity is Severity.ERROR:
            left.append(found)
            refused[ignore, found.code] = found
        else:
            aside.append(SetAside(found, ignore.reason))
            used.add((ignore, found.code))
    # Where something was not even looked at because of an error, nobody knows what would have been found.
    complete = not has_errors(findings)
    return [*left, *_about_comments(ignores, used, refused, complete)], aside


def _about_comments(
    ignores: Iterable[Ignore],
    used: set[tuple[Ignore, str]],
    refused: dict[tuple[Ignore, str], Diagnostic],
    complete: bool,
) -> Iterator[Diagnostic]:
    spelt = _spellings()
    for ignore in ignores:
        for name in ignore.names:
            if spelt.get(name.code.casefold()) != name.code:
                yield _unknown(name, spelt)
            elif (ignore, name.code) in refused:
                yield ERROR.warning(name.span, f"{name.code} is an error here, which no comment sets aside")
            elif complete and (ignore, name.code) not in used:
                yield UNUSED.warning(name.span, f"{name.code} is not found on this line")


def _spellings() -> dict[str, str]:
    """How a code might be written -> the code; near numbers mean nothing, so no other likeness counts."""
    declared = all_codes()
    return {each.name: each.id for each in declared} | {each.id.casefold(): each.id for each in declared}


def _unknown(name: Named, spelt: dict[str, str]) -> Diagnostic:
    meant = spelt.get(name.code.casefold().strip(":."))
    return UNKNOWN.warning(name.span, f"there is no code {name.code}", remedy=f"write {meant}" if meant else "")
