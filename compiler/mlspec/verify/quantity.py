"""Text of a Kubernetes quantity -> its exact value, and the form in which the API server prints it back.

Source: k8s.io/apimachinery/pkg/api/resource, `Quantity` ("canonical form").
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

_SYNTAX = re.compile(
    r"(?P<sign>[+-]?)(?P<number>\d+(?:\.\d*)?|\.\d+)(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<power>[+-]?\d{1,2}))?",
    re.ASCII,
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DECIMAL_SUFFIX = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]


@lru_cache(4096)
def value(text: str) -> Fraction | None:
    """Exact value in base units (cores, bytes, pieces); None for what is no quantity."""
    match = _SYNTAX.fullmatch(text)
    if match is None:
        return None
    number = Fraction("0" + match["number"].rstrip(".")) * (-1 if match["sign"] == "-" else 1)
    suffix = match["suffix"] or ""
    if suffix in _BINARY[1:]:
        return number * (1 << 10 * _BINARY.index(suffix))
    power = int(match["power"]) if match["power"] else _DECIMAL[suffix]
    return number * Fraction(f"1e{power}")


@lru_cache(4096)
def canonical(text: str) -> str | None:
    """The same quantity as the API server prints it: no fraction, the largest suffix that loses nothing."""
    amount = value(text)
    if amount is None:
        return None
    amount = Fraction(_ceil(amount * 10**9), 10**9)
    if amount == 0:
        return "0"
    if text.endswith("i") and abs(amount) >= 1024 and amount.denominator == 1:
        return _binary(int(amount))
    match = _SYNTAX.fullmatch(text)
    return _decimal(amount, exponent=match is not None and match["power"] is not None)


def _ceil(amount: Fraction) -> int:
    """Away from zero, as the API server rounds what is finer than a billionth."""
    whole = -(-abs(amount).numerator // amount.denominator)
    return whole if amount > 0 else -whole


def _binary(amount: int) -> str:
    step = 0
    while amount % 1024 == 0 and step < len(_BINARY) - 1:
        amount, step = amount // 1024, step + 1
    return f"{amount}{_BINARY[step]}"


def _decimal(amount: Fraction, *, exponent: bool) -> str:
    power = -9
    scaled = int(amount * 10**9)
    while scaled % 1000 == 0 and power < 18:
        scaled, power = scaled // 1000, power + 3
    if exponent:
        return f"{scaled}e{power}" if power else str(scaled)
    return f"{scaled}{_DECIMAL_SUFFIX[power]}"
