"""A PromQL text that the parser refuses -> the offset of its first wrong word, which the parser does not tell.

A prefix is *viable* when something can follow it that makes the whole grammatical. The first wrong word is the one
that ends the viable prefixes; it is found by bisection, over a few completions of whatever is still open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import promql_parser

from .tokens import Token, closing, tokenize

_BEFORE_CLOSING = ("", " x", "(x)", "(b) x", "(b) (x)", '="b"', '"b"', " 5m", "()")
_AFTER_CLOSING = ("", " x", " (x)")
_GRAMMAR = re.compile(
    "invalid promql|unclosed|unexpected|unterminated|bad number|ParseFloatError|"
    "'!' can not|unknown escape|no expression"
)
_VAGUE = re.compile(r"invalid promql|unclosed|unexpected end|no expression")


class PromqlError(ValueError):
    """What is wrong with an expression, and where in it: from `start` up to `end`, in characters from 0."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


def complaint(text: str) -> str | None:
    """What the parser says against `text`; None where it says nothing."""
    try:
        promql_parser.parse(text)
    except ValueError as error:
        return str(error)
    return None


def explain(text: str, said: str) -> PromqlError:
    """The error for `text`, of which the parser said `said`."""
    tokens = tokenize(text)
    if not tokens:
        return PromqlError("there is no expression here", 0, len(text))
    if not _GRAMMAR.search(said):
        return PromqlError(said, *_smallest_part(text, tokens, said))
    viable = _viable_tokens(text, tokens)
    if viable == len(tokens):
        missing = "something must follow" if said.startswith("invalid promql") else said
        return PromqlError(f"the expression ends too early: {missing}", tokens[-1].start, tokens[-1].end)
    wrong = tokens[viable]
    reason = complaint(text[: wrong.end]) or ""
    vague = not reason or _VAGUE.search(reason)
    return PromqlError(f"unexpected `{wrong.text}`" if vague else reason, wrong.start, wrong.end)


def _viable_tokens(text: str, tokens: list[Token]) -> int:
    low, high = 0, len(tokens)
    while low < high:
        middle = (low + high + 1) // 2
        if _is_viable(text[: tokens[middle - 1].end], closing(tokens[:middle])):
            low = middle
        else:
            high = middle - 1
    return low


def _is_viable(prefix: str, brackets: str) -> bool:
    return any(not _GRAMMAR.search(complaint(prefix + rest) or "") for rest in _completions(brackets))


def _completions(brackets: str) -> Iterator[str]:
    for before in _BEFORE_CLOSING:
        for after in _AFTER_CLOSING if brackets else ("",):
            yield before + brackets[:1] + after + brackets[1:]


def _smallest_part(text: str, tokens: list[Token], said: str) -> tuple[int, int]:
    """Start and end of the shortest bracketed part of which the parser says the same, or else of the whole."""
    parts = sorted(_bracketed(tokens), key=lambda part: part[1] - part[0])
    whole = tokens[0].start, tokens[-1].end
    return next(((start, end) for start, end in parts if complaint(text[start:end]) == said), whole)


def _bracketed(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Start and end of the inside of each pair of brackets, and of the call or selector that they belong to."""
    still_open: list[int] = []
    for index, token in enumerate(tokens):
        if token.opens:
            still_open.append(index)
        elif token.closes and still_open:
            opening = still_open.pop()
            yield tokens[opening + 1].start, token.start
            yield tokens[opening].start, token.end
            if opening:
                yield tokens[opening - 1].start, token.end
