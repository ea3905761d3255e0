"""A plain scalar as it is written in; its value by YAML 1.2's core schema (section 10.3.2) out."""

from __future__ import annotations

import re

from .node import Scalar

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMBER_STARTS = frozenset("+-.0123456789")
_LONGEST_64_BIT = 66  # digits: 0o and 22, 0x and 16, or decimal; anything longer has zeros in front or is too large


class OutOfRange(ValueError):
    """A number that is infinite, not a number, or does not fit 64 bits."""


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar; OutOfRange where it is a number that JSON cannot say."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    return _number(text) if text[0] in _NUMBER_STARTS else text


def _number(text: str) -> Scalar:
    if _DECIMAL.fullmatch(text):
        return _integer(text, 10)
    if _OCTAL.fullmatch(text):
        return _integer(text, 8)
    if _HEXADECIMAL.fullmatch(text):
        return _integer(text, 16)
    if _NOT_FINITE.fullmatch(text):
        raise OutOfRange(text)
    if not _FLOAT.fullmatch(text):
        return text
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise OutOfRange(text)
    return value


def _integer(text: str, base: int) -> int:
    if len(text) > _LONGEST_64_BIT:  # int() is quadratic, and refuses more than 4,300 digits
        raise OutOfRange(text)
    value = int(text, base)
    if not -(2**63) <= value < 2**64:
        raise OutOfRange(text)
    return value
