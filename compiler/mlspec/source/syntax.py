"""What a YAML parser says about a text that is not YAML in; the finding that a person can act on out."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct
from yaml import MarkedYAMLError

from mlspec.codes import Code
from mlspec.diagnostics import Diagnostic, Related, Span

from .findings import DIRECTIVE, SYNTAX, TAB, TAG
from .text import Text, quoted

_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
"""Of git-merge(1), "How conflicts are presented"."""
_LONGEST_KEY = 1024  # characters between a key and its colon (YAML 1.2, 7.4.2)
_FIRST_WORD = re.compile(r"\S+")
_KEY_WITHOUT_SPACE = re.compile(r"^\s*(?:- )?([\w.-]+:[^\s:/][^:]*)$")
_WORD_WITHOUT_SPACE = re.compile(r"([A-Za-z][\w-]*):([^\s:/].*)")
_OURS, _THEIRS = re.compile(r"^<{7}(?= |$)", re.MULTILINE), re.compile(r"^>{7}(?= |$)", re.MULTILINE)
"""The first and the last line of a conflict; YAML has neither at the beginning of a line."""


class _Stop(Struct, frozen=True):
    """Where a parser stopped (`index`), and where what it was reading begins (`start`)."""

    text: Text
    index: int
    start: int
    problem: str

    @property
    def character(self) -> str:
        return self.text.content[self.index : self.index + 1]

    @property
    def line_start(self) -> int:
        return self.text.line_start(self.index)

    @property
    def before(self) -> str:
        """The part of the line in front of the place."""
        return self.text.content[self.line_start : self.index]

    @property
    def at_end(self) -> bool:
        return not self.text.content[self.index :].strip()

    def finding(
        self, message: str, remedy: str = "", code: Code = SYNTAX, at: int | None = None, opened: str = ""
    ) -> Diagnostic:
        """A finding at this place, or at another; `opened` says what is to be seen where the construct begins."""
        place = self.index if at is None else at
        word = _FIRST_WORD.match(self.text.rest_of_line(place))
        span = self.text.span(place, place + (len(word.group()) if word else 0))
        related = [Related(self.text.span(self.start), opened)] if opened and self.start != place else []
        return code.error(span, message, remedy=remedy, related=related)


def explain(error: MarkedYAMLError, text: Text) -> Diagnostic:
    """The finding for an error of libyaml or of PyYAML's own parser, which differ in a few words."""
    problem_mark = error.problem_mark or error.context_mark
    if (ours := _OURS.search(text.content)) and (theirs := _THEIRS.search(text.content, ours.end())):
        return _conflict(text.span(*ours.span()), Related(text.span(*theirs.span()), "up to here"))
    index = min(problem_mark.index, len(text.content)) if problem_mark else 0
    start = min(error.context_mark.index, len(text.content)) if error.context_mark else index
    stop = _Stop(text, index, start, error.problem or "")
    said = f"{error.context or ''}: {error.problem or ''}"
    for pattern, rule in _RULES:
        if pattern.search(said):
            return rule(stop)
    return stop.finding(f"this is not YAML: {stop.problem}")


def _conflict(span: Span, *related: Related) -> Diagnostic:
    remedy = "keep one of the two sides, or what both mean, and delete the lines that git put in"
    return SYNTAX.error(span, "git could not merge here, and nobody has since", remedy=remedy, related=related)


def _wrong_character(stop: _Stop) -> Diagnostic:
    if stop.character == "\t":
        return _tab(stop)
    character = "a backtick" if stop.character == "`" else quoted(stop.character)
    return stop.finding(f"a value does not begin with {character}", "put it in quotes")


def _tab(stop: _Stop) -> Diagnostic:
    rest = stop.text.rest_of_line(stop.index)
    span = stop.text.span(stop.index, stop.index + len(rest) - len(rest.lstrip("\t")))
    message = "a tab indents this line" if not stop.before.strip() else "a tab stands where YAML wants a space"
    return TAB.error(span, message, remedy="" if not stop.before.strip() else "write a space")


def _second_colon(stop: _Stop) -> Diagnostic:
    before = stop.before
    if re.search(r":\s", before):
        return stop.finding("a second `: ` on one line", "put the value in quotes, or on lines of its own")
    if len(before) > _LONGEST_KEY:
        return _long_key(stop, stop.line_start)
    above = stop.text.content[: stop.line_start].rstrip()
    start = stop.text.line_start(len(above))
    joined = _KEY_WITHOUT_SPACE.match(above[start:])
    if joined:
        message = f"{quoted(joined.group(1))} is one word to YAML"
        return stop.finding(message, "write a space after the colon", at=start + joined.start(1))
    first = stop.index - len(before.lstrip())
    return stop.finding(
        "a key cannot stand here: the line above has its value already",
        "give it the indentation of the keys beside it, or remove the value above",
        at=first,
    )


def _long_key(stop: _Stop, start: int) -> Diagnostic:
    return stop.finding(f"a key is longer than {_LONGEST_KEY:,} characters", "write a shorter key", at=start)


def _missing_colon(stop: _Stop) -> Diagnostic:
    line = stop.text.rest_of_line(stop.start)
    if len(line) > _LONGEST_KEY:
        return _long_key(stop, stop.start)
    if line.startswith(_MARKERS):
        return _conflict(stop.text.span(stop.start, stop.start + len(_MARKERS[0])))
    if joined := _WORD_WITHOUT_SPACE.match(line):
        message = f"{quoted(joined[1])} is no key: no space follows its colon"
        return stop.finding(message, f"write `{joined[1]}: {quoted(joined[2])[1:]}", at=stop.start)
    key = f"{line.split()[0][:40]}: …" if line.split() else "key: …"
    return stop.finding(
        f"{quoted(line)} is no key: no colon follows",
        f"write `{key}`, or indent it under the key that it belongs to",
        at=stop.start,
    )


def _reference(stop: _Stop) -> Diagnostic:
    character = stop.text.content[stop.start : stop.start + 1]
    meaning = "an alias" if character == "*" else "an anchor"
    message = f"a value that begins with {quoted(character)} is {meaning} to YAML"
    return stop.finding(message, "put it in quotes", at=stop.start)


def _tag(stop: _Stop) -> Diagnostic:
    return stop.finding("a value that begins with `!` is a tag to YAML", code=TAG, at=stop.start)


def _open_quote(stop: _Stop) -> Diagnostic:
    quote = stop.text.content[stop.start : stop.start + 1]
    span = stop.text.span(stop.start, stop.start + 1)
    return SYNTAX.error(span, f"the quote {quoted(quote)} that opens here is never closed", remedy="close it")


def _escape(stop: _Stop) -> Diagnostic:
    place = stop.text.content.rfind("\\", stop.start, stop.index + 1)
    place = place if place >= 0 else stop.index
    remedy = "write `\\\\` for a backslash, or put the text in single quotes"
    if stop.text.content[place + 1 : place + 2] in ("x", "u", "U"):
        remedy = "write \\x and 2, \\u and 4, or \\U and 8 hexadecimal digits of a character that exists"
    span = stop.text.span(place, place + 2)
    return SYNTAX.error(span, "this is not an escape that YAML has in double quotes", remedy=remedy)


def _open_bracket(stop: _Stop) -> Diagnostic:
    bracket = stop.text.content[stop.start : stop.start + 1]
    closing = {"{": "}", "[": "]"}.get(bracket, "]")
    if stop.at_end:
        span = stop.text.span(stop.start)
        return SYNTAX.error(span, f"the {quoted(bracket)} that opens here is never closed", remedy=f"write `{closing}`")
    message = f"`,` or `{closing}` is missing before this"
    return stop.finding(message, "close the bracket, or put the value in quotes", opened="the bracket opens here")


def _broken_mapping(stop: _Stop) -> Diagnostic:
    if stop.before.strip():
        return stop.finding("this stands after a value that is complete", "put the whole value in quotes")
    if stop.character == "-":
        remedy = "indent the list under its key, or write a key"
        return stop.finding("a list item stands among keys", remedy, opened="the keys begin here")
    if stop.character == ":":
        return stop.finding("a key is missing before this colon", "write the key", opened="the keys begin here")
    message = "the indentation of this line fits no line above"
    return stop.finding(message, "give it the indentation of the keys beside it")


def _broken_list(stop: _Stop) -> Diagnostic:
    remedy = "write `- ` in front of it, or indent it under the item that it belongs to"
    return stop.finding("a list goes on here, and this is no item of it", remedy, opened="the list begins here")


def _list_beside_key(stop: _Stop) -> Diagnostic:
    remedy = "write the items on lines of their own, or `[…]`, or put the dash in quotes"
    return stop.finding("a list does not begin on the line of its key", remedy)


def _question_mark(stop: _Stop) -> Diagnostic:
    return stop.finding("a value that begins with `? ` is a key to YAML", "put it in quotes")


def _no_value(stop: _Stop) -> Diagnostic:
    return stop.finding(f"a value is expected here, not {quoted(stop.character)}", "write a value, or put it in quotes")


def _after_document(stop: _Stop) -> Diagnostic:
    if stop.character in "}]" and stop.character:
        return stop.finding(f"{quoted(stop.character)} closes a bracket that was not opened", "remove it")
    return stop.finding("the document ends above this line", "begin another document with a line `---`")


def _block_header(stop: _Stop) -> Diagnostic:
    remedy = "begin the text on the next line, indented, or put it in quotes"
    return stop.finding("text does not begin on the line of `|` or `>`", remedy)


def _directive(stop: _Stop) -> Diagnostic:
    start = stop.line_start
    return stop.finding("a line that begins with `%` is a directive to YAML", code=DIRECTIVE, at=start)


# What libyaml and PyYAML's own parser say (context: problem), in the order in which they are to be tried.
_RULES: tuple[tuple[re.Pattern[str], Callable[[_Stop], Diagnostic]], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"cannot start any token", _wrong_character),
        (r"tab character", _tab),
        (r"mapping values are not allowed", _second_colon),
        (r"could not find expected ':'", _missing_colon),
        (r"scanning an (alias|anchor)", _reference),
        (r"directive|incompatible YAML document", _directive),
        (r"(scanning|parsing) a tag|tag handle|\btag\b", _tag),
        (r"quoted scalar: found unexpected", _open_quote),
        (r"escape|hexdecimal|hexadecimal", _escape),
        (r"parsing a flow", _open_bracket),
        (r"parsing a block mapping", _broken_mapping),
        (r"parsing a block collection", _broken_list),
        (r"sequence entries are not allowed", _list_beside_key),
        (r"mapping keys are not allowed", _question_mark),
        (r"node content", _no_value),
        (r"<document start>", _after_document),
        (r"scanning a block scalar", _block_header),
    )
)
