"""A value of the language in; others that may stand in its place, the likeliest first, out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([A-Za-z%]+)")
_GUESSES: Sequence[object] = (
    2,
    "2Gi",
    "2m",
    "50%",
    "other",
    True,
    "https://other.example.com",
    "sha256:" + "ab" * 32,
    0.5,
    ["other"],
    {"other": "other"},
)
"""For a value that there is none of yet: one of each form that the language has."""
_END_OF_WORD = re.compile("[A-Za-z0-9](?![A-Za-z0-9])")
_LONGEST = 10
"""Characters of a text of which one is changed: the last ones, where versions, units and names differ."""


def other_values(value: object, words: Iterable[str] = (), examples: Iterable[object] = ()) -> Iterator[object]:
    """Distinct values unlike `value`; `words` are those that a choice has, `examples` the language's own."""
    seen = [value]
    for other in (*words, *_of_its_form(value), *examples, *_GUESSES):
        if not any(type(other) is type(each) and other == each for each in seen):
            seen.append(other)
            yield other


def is_number(value: object) -> bool:
    """Whether it is a number, with a unit or without."""
    return isinstance(value, int | float) or (isinstance(value, str) and _QUANTITY.fullmatch(value) is not None)


def _of_its_form(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value * 16, value * 2, value - 1)
        case float():
            yield from (value * 2, value / 2)
        case str() if found := _QUANTITY.fullmatch(value):
            yield from _quantities(found[1], found[2])
        case str():
            yield from _altered(value)


def _quantities(number: str, unit: str) -> Iterator[str]:
    size = float(number)
    for other in (size * 2, size * 16, size + 1, size / 2, size - 1, size * 0.999, size - 0.1):
        yield f"{other:.6g}{unit}"


def _altered(text: str) -> Iterator[str]:
    """With the end of each word exchanged for its neighbour, then one letter or digit alone, from the end on."""
    yield _END_OF_WORD.sub(lambda found: _neighbour(found.group()), text)
    places = [at for at, character in enumerate(text) if character.isascii() and character.isalnum()]
    for at in list(reversed(places))[:_LONGEST]:
        yield text[:at] + _neighbour(text[at]) + text[at + 1 :]


def _neighbour(character: str) -> str:
    if character.isdigit():
        return str((int(character) + 1) % 10)
    # Within the hexadecimal digits where it is one of them.
    for last, first in (("f", "a"), ("z", "y"), ("F", "A"), ("Z", "Y")):
        if character == last:
            return first
    return chr(ord(character) + 1)
