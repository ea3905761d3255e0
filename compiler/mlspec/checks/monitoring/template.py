"""The text of an annotation -> what Prometheus would refuse in it as a template of Go's text/template.

Decided here is what Go decides when it parses; what it finds only when an alert fires depends on the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

# Sources: template/template.go of Prometheus; "Functions" of Go's text/template.
_FUNCTIONS = re.compile(
    "query|first|label|value|sortByLabel|args|reReplaceAll|safeHtml|match|title|toUpper|toLower|graphLink|tableLink|"
    "strvalue|humanize(1024|Duration|Percentage|Timestamp)?|toTime|pathPrefix|externalURL|parseDuration|"
    "strip(Port|Domain)|and|call|html|index|slice|js|len|not|or|print(f|ln)?|urlquery|eq|ne|lt|le|gt|ge"
)
_CONSTANTS = ("true", "false", "nil")
_VARIABLES = ("$", "$labels", "$externalLabels", "$externalURL", "$value")
_BLOCKS = ("if", "with", "range")
_WORD = re.compile(
    r"""\s+(?!-\}\}) | (?P<close> (?:\s-)? \}\} )
    | (?P<literal> "(?:\\(?:[abfnrtv\\"]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U00[\da-fA-F]{6}|[0-3][0-7]{2})|[^"\\\n])*"
      | `[^`]*` | '(?:\\.|[^'\\\n])' | [+-]?(?:0[xX][\da-fA-F_]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+) )
    | (?P<variable> \$\w* ) (?:\.\w+)* | (?P<field> (?:\.\w+)+ | \. )
    | (?P<name> [^\W\d]\w* ) | (?P<sign> := | [=|(),] ) | (?P<wrong> . )""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"\{\{(?:-\s)?/\*.*?\*/(?:\s-)?\}\}", re.DOTALL)


class TemplateFault(ValueError):
    """What is wrong with a template, and where: from `start` up to `end`, in characters from 0."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


class _Word(Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int

    def wrong(self, message: str) -> TemplateFault:
        return TemplateFault(message, self.start, self.end)


def template_fault(text: str) -> TemplateFault | None:
    """The first thing for which Prometheus would refuse the annotation; None where it would not."""
    try:
        _Template(text).read()
    except TemplateFault as fault:
        return fault
    return None


class _Template:
    def __init__(self, text: str) -> None:
        self._text = text
        self._variables = list(_VARIABLES)
        self._open: list[tuple[_Word, int]] = []
        """The blocks that are not ended, and how many variables there were before each."""

    def read(self) -> None:
        position = 0
        while (start := self._text.find("{{", position)) >= 0:
            if comment := _COMMENT.match(self._text, start):
                position = comment.end()
                continue
            words = list(self._words(start))
            position = words.pop().end
            if not words:
                raise TemplateFault("`{{ }}` says nothing; put a value between the braces", start, position)
            self._action(words)
        if self._open:
            block = self._open[-1][0]
            raise block.wrong(f"this `{block.text}` has no `{{{{ end }}}}`")

    def _words(self, start: int) -> Iterator[_Word]:
        """The words of the action that begins at `start`; its closing braces are the last."""
        begin = start + 2 + (self._text[start + 2 : start + 3] == "-" and self._text[start + 3 : start + 4].isspace())
        for match in _WORD.finditer(self._text, begin):
            word = _Word(match.lastgroup or "", match.group().strip(), *match.span())
            if word.kind == "wrong":
                raise word.wrong(f"unexpected `{word.text}` between `{{{{` and `}}}}`")
            if word.kind:
                yield word
            if word.kind == "close":
                return
        raise TemplateFault("`{{` without `}}`", start, start + 2)

    def _action(self, words: Sequence[_Word]) -> None:
        first, rest = words[0], words[1:]
        if first.text == "end":
            self._end(first, rest)
        elif first.text == "else":
            self._else(first, rest)
        elif first.text in _BLOCKS:
            self._begin(first, rest)
        elif first.text in ("break", "continue"):
            if rest or not any(block.text == "range" for block, _ in self._open):
                raise first.wrong(f"`{first.text}` stands alone, and inside a `range`")
        elif first.text in ("define", "block", "template"):
            raise first.wrong(f"`{first.text}` has no use in an annotation")
        else:
            self._pipeline(words)

    def _end(self, word: _Word, rest: Sequence[_Word]) -> None:
        if not self._open or rest:
            raise word.wrong("this `end` ends nothing" if not rest else "nothing follows `end`")
        del self._variables[self._open.pop()[1] :]

    def _else(self, word: _Word, rest: Sequence[_Word]) -> None:
        if not self._open:
            raise word.wrong("this `else` belongs to nothing")
        block, variables = self._open[-1]
        if block.text == "else":
            raise word.wrong("a second `else`")
        if rest and (rest[0].text != "if" or block.text != "if"):
            raise rest[0].wrong(f"unexpected `{rest[0].text}` behind `else`")
        if rest:
            self._pipeline(rest[1:], after=rest[0])
        else:
            self._open[-1] = (_Word("name", "else", block.start, block.end), variables)

    def _begin(self, block: _Word, rest: Sequence[_Word]) -> None:
        self._open.append((block, len(self._variables)))
        self._pipeline(rest, after=block)

    def _pipeline(self, words: Sequence[_Word], after: _Word | None = None) -> None:
        """`[$name [, $name] :=] command | command …`; `after` is the word in front, where it needs one."""
        words = self._declared(words, after)
        depth, stage, before = 0, 0, after
        for index, word in enumerate(words):
            begins = index == 0 or words[index - 1].text in "(|"
            if word.text == ")" or word.text == "|":
                if begins:
                    raise word.wrong(f"a value is missing before `{word.text}`")
            elif begins and stage and (word.kind == "literal" or word.text in (".", *_CONSTANTS)):
                raise word.wrong("only a function may follow `|`")
            depth += (word.text == "(") - (word.text == ")")
            stage = 0 if word.text == "(" else stage + (word.text == "|")
            if depth < 0:
                raise word.wrong("unexpected `)`")
            self._operand(word)
            if index and _runs_into(words[index - 1], word):
                raise word.wrong(f"a space is missing before `{word.text}`")
            before = word
        if before is None or before is after or before.text in ("|", "("):
            raise (before or after or words[0]).wrong("a value is missing here")
        if depth:
            raise before.wrong("a parenthesis is not closed")

    def _declared(self, words: Sequence[_Word], after: _Word | None) -> Sequence[_Word]:
        """What follows the declaration, whose variables are known from now on."""
        signs = [index for index, word in enumerate(words[:4]) if word.text in (":=", "=")]
        if not signs:
            return words
        names, sign = words[: signs[0]], words[signs[0]]
        several = after is not None and after.text == "range"
        right = [word.kind if word.kind == "variable" and "." not in word.text else word.text for word in names]
        if right != ["variable"] and not (several and right == ["variable", ",", "variable"]):
            raise sign.wrong(f"unexpected `{sign.text}`")
        if sign.text == ":=":
            self._variables += [name.text for name in names if name.kind == "variable"]
        if len(words) == signs[0] + 1:
            raise sign.wrong("a value is missing here")
        return words[signs[0] + 1 :]

    def _operand(self, word: _Word) -> None:
        if word.kind == "name" and word.text not in _CONSTANTS and not _FUNCTIONS.fullmatch(word.text):
            raise word.wrong(f"`{word.text}` is no function that every Prometheus has")
        if word.kind == "variable" and word.text.partition(".")[0] not in self._variables:
            raise word.wrong(f"there is no variable `{word.text}`")
        if word.text in (",", ":=", "="):
            raise word.wrong(f"unexpected `{word.text}`")


def _runs_into(left: _Word, right: _Word) -> bool:
    """Whether two values stand together without a space, as only a field may with what it is a field of."""
    if left.end != right.start or left.text in ("(", "|") or right.text in (")", "|"):
        return False
    return not (left.text == ")" and right.kind == "field")
