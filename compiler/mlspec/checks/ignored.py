"""All findings and the comments that set some aside in; what is left, with what is wrong with a comment, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mlspec.codes import Ignorable, all_codes, code, not_ignorable
from mlspec.diagnostics import Diagnostic, has_errors
from mlspec.source.ignores import Ignore, Named
from mlspec.unit import SetAside

UNUSED = code(
    "MLS114",
    "unused-ignore",
    title="a comment that sets aside what is not found",
    reason="It would hide the finding on the day when it comes back for another reason.",
    remedy="remove the code from the comment, or the comment",
    ignorable=Ignorable.COMMENT,
)
UNKNOWN = code(
    "MLS115",
    "ignores-unknown-code",
    title="a comment that sets aside a code which does not exist",
    reason="It sets nothing aside.",
    remedy="`mlspec explain` lists all codes",
    ignorable=Ignorable.COMMENT,
)
NOT_IGNORABLE = code(
    "MLS116",
    "not-ignorable",
    title="a comment that sets aside what has to be mended",
    reason="Only what is a judgement of cost or risk can be set aside: not what would come out broken, and not what "
    "somebody else has to allow. `mlspec explain CODE` says which a code is.",
    remedy="mend what is found, and remove the comment",
    ignorable=Ignorable.COMMENT,
)


class Comments:
    """Those of all files, by the places that they are about."""

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        self._places = {
            (ignore.span.file, line, name.code): ignore
            for ignore in ignores
            for line in ignore.lines
            for name in ignore.names
        }

    def about(self, found: Diagnostic) -> Ignore | None:
        """The comment that names a finding, whether or not it may be set aside."""
        return self._places.get((found.span.file, found.span.line, found.code))

    def block(self, findings: Iterable[Diagnostic]) -> bool:
        """Whether there is an error among findings that no comment sets aside."""
        return has_errors(each for each in findings if self.about(each) is None or not_ignorable(each))


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
    comments = Comments(ignores)
    for found in findings:
        ignore = comments.about(found)
        if ignore is None:
            left.append(found)
        elif not_ignorable(found):
            left.append(found)
            refused[ignore, found.code] = found
        else:
            aside.append(SetAside(found, ignore.reason))
            used.add((ignore, found.code))
    # Where something was not even looked at because of an error, nobody knows what would have been found.
    complete = not has_errors(left)
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
            elif found := refused.get((ignore, name.code)):
                why = not_ignorable(found)
                message = f"{name.code} cannot be ignored, {why}"
                yield NOT_IGNORABLE.warning(name.span, message, label="sets nothing aside")
            elif complete and (ignore, name.code) not in used:
                yield UNUSED.warning(name.span, f"{name.code} is not found on this line")


def _spellings() -> dict[str, str]:
    """How a code might be written -> the code; near numbers mean nothing, so no other likeness counts."""
    declared = all_codes()
    return {each.name: each.id for each in declared} | {each.id.casefold(): each.id for each in declared}


def _unknown(name: Named, spelt: dict[str, str]) -> Diagnostic:
    meant = spelt.get(name.code.casefold().strip(":."))
    return UNKNOWN.warning(name.span, f"there is no code {name.code}", fix=meant or "")
