"""Text from a user's files in; text that a terminal shows as it is, with its width in columns, out."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

_TAB = "→   "
_JOINERS = "\u200c\u200d"  # hold the parts of an emoji, or of a word in many scripts, together
_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format (direction marks), surrogate, line and paragraph separator


class Style(StrEnum):
    """What a piece of a report is; the value is its SGR parameters (ECMA-48, 8.3.117)."""

    ERROR = "1;31"
    WARNING = "1;33"
    STRONG = "1"
    FRAME = "34"


def visible(text: str) -> str:
    """The text without anything that moves a terminal's cursor or turns its direction; each such sign is one column."""
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def columns(shown: str) -> int:
    """How many columns of a terminal a visible text takes: none for a combining character, two for a wide one."""
    if shown.isascii():
        return len(shown)
    import wcwidth  # 30 ms of tables, for findings in other scripts only

    return max(wcwidth.wcswidth(shown), 0)


def paint(shown: str, style: Style, colour: bool) -> str:
    """The text in a style where colour is asked for."""
    return f"\x1b[{style}m{shown}\x1b[0m" if colour and shown else shown


def _shown(character: str) -> str:
    if character == "\t":
        return _TAB
    if character < " ":
        return chr(0x2400 + ord(character))  # control pictures
    if character == "\x7f":
        return "\u2421"
    if unicodedata.category(character) in _UNSHOWN and character not in _JOINERS:
        return "\ufffd"
    return character
