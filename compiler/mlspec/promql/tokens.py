"""PromQL text -> its words with their places; what no Prometheus knows becomes a word of one character."""

from __future__ import annotations

import re

from msgspec import Struct

_WORD = re.compile(
    r"""\s+|\#[^\n]* | (?P<word> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `[^`]*`
    | \.?\d(?:[eE][+-]|[\w.])* | [A-Za-z_:][\w:]* | [=!<>]=|=~|!~ | . )""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_CLOSING = {"(": ")", "{": "}", "[": "]"}


class Token(Struct, frozen=True):
    """A word and its offset in characters."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def opens(self) -> bool:
        return self.text in _CLOSING

    @property
    def closes(self) -> bool:
        return self.text in _CLOSING.values()


def tokenize(text: str) -> list[Token]:
    """The words of `text` in their order, without white space and comments."""
    return [Token(match["word"], match.start()) for match in _WORD.finditer(text) if match["word"]]


def closing(tokens: list[Token]) -> str:
    """The brackets that close whatever is open at the end, innermost first."""
    still_open: list[str] = []
    for token in tokens:
        if token.opens:
            still_open.append(_CLOSING[token.text])
        elif still_open and token.text == still_open[-1]:
            still_open.pop()
    return "".join(reversed(still_open))


def deepest(tokens: list[Token]) -> tuple[int, int]:
    """How many brackets are open at once at most, and the offset of the one that makes it so."""
    depth, most, place = 0, 0, 0
    for token in tokens:
        depth += token.opens - token.closes
        if depth > most:
            most, place = depth, token.start
    return most, place
