"""A JSON object -> its fields, each of the type that was asked for; anything else is a ValueError with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Read = Callable[[Any], T]


def read_object(
    value: object, place: str, known: Mapping[str, Read[Any]], required: Sequence[str] = ()
) -> dict[str, Any]:
    """The object's fields under their own names; absent ones stay absent. Unknown names are errors."""
    if not isinstance(value, dict):
        raise ValueError(f"{place} must be an object, not {_word(value)}")
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise ValueError(f"{place} has unknown key {unknown[0]!r}; it knows {', '.join(known)}")
    missing = [key for key in required if key not in value]
    if missing:
        raise ValueError(f"{place} lacks {missing[0]!r}")
    read: dict[str, Any] = {}
    for key, field in value.items():
        try:
            read[key] = known[key](field)
        except ValueError as error:
            raise ValueError(f"{place}.{key} {error}") from None
    return read


def text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"must be a string that is not empty, not {_word(value)}")
    return value


def any_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {_word(value)}")
    return value


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_word(value)}")
    return value


def whole(minimum: int) -> Read[int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
            raise ValueError(f"must be a whole number of at least {minimum}, not {_word(value)}")
        return value

    return read


def number(minimum: float, maximum: float = float("inf")) -> Read[float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value <= maximum:
            raise ValueError(f"must be a number between {minimum} and {maximum}, not {_word(value)}")
        return float(value)

    return read


def one_of(*words: str) -> Read[str]:
    def read(value: object) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {_word(value)}")
        return str(value)

    return read


def each(read: Read[T]) -> Read[tuple[T, ...]]:
    def read_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ValueError(f"must be a list, not {_word(value)}")
        return tuple(read(item) for item in value)

    return read_all


def _word(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
