"""UBJSON as XGBoost writes it -> values; arrays of numbers are passed over, since nobody asks for them here.

Source: Universal Binary JSON, draft 12 (ubjson.org), and src/common/json.cc of XGBoost.
"""

from __future__ import annotations

import struct

_NUMBERS = {"i": ">b", "U": ">B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
_PLAIN = {"T": True, "F": False, "Z": None, "N": None}


def read_ubjson(content: bytes) -> object:
    """Raises ValueError where it is none."""
    try:
        return _Reader(content).value()
    except (struct.error, IndexError, KeyError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not UBJSON") from error


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def value(self, marker: str | None = None) -> object:
        kind = marker or self._marker()
        if kind in _NUMBERS:
            return self._number(kind)
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in ("S", "H", "C"):
            return self._text(1 if kind == "C" else self._length())
        if kind == "{":
            return self._mapping()
        if kind == "[":
            return self._sequence()
        raise ValueError(f"unknown marker {kind!r}")

    def _mapping(self) -> dict[str, object]:
        found: dict[str, object] = {}
        _, count = self._counted()
        while count is None or len(found) < count:
            if count is None and self._next() == "}":
                self._at += 1
                break
            key = self._text(self._length())
            found[key] = self.value()
        return found

    def _sequence(self) -> list[object]:
        kind, count = self._counted()
        if kind in _NUMBERS and count is not None:
            self._at += count * struct.calcsize(_NUMBERS[kind])
            return []
        found: list[object] = []
        while count is None or len(found) < count:
            if count is None and self._next() == "]":
                self._at += 1
                break
            found.append(self.value(kind or None))
        return found

    def _counted(self) -> tuple[str, int | None]:
        """The type of all elements, and how many there are, where they are said before."""
        kind = ""
        if self._next() == "$":
            self._at += 1
            kind = self._marker()
        if self._next() == "#":
            self._at += 1
            return kind, self._length()
        return kind, None

    def _length(self) -> int:
        length = self._number(self._marker())
        if not isinstance(length, int) or length < 0:
            raise ValueError("not a length")
        return length

    def _number(self, kind: str) -> int | float:
        form = _NUMBERS[kind]
        (number,) = struct.unpack_from(form, self._content, self._at)
        self._at += struct.calcsize(form)
        return int(number) if isinstance(number, int) else float(number)

    def _text(self, length: int) -> str:
        text = self._content[self._at : self._at + length]
        if len(text) < length:
            raise ValueError("the file ends within a text")
        self._at += length
        return text.decode()

    def _next(self) -> str:
        return chr(self._content[self._at])

    def _marker(self) -> str:
        self._at += 1
        return chr(self._content[self._at - 1])
