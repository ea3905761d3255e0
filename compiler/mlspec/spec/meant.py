"""A value that its type refuses in; the one value that was most likely meant, or nothing, out. For findings only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal

_MILLISECONDS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
"""From the largest unit to the smallest, as a duration is written."""
_UNITS = {
    spelling: unit
    for unit, spellings in {
        "d": "d day days",
        "h": "h hr hrs hour hours",
        "m": "m min mins minute minutes",
        "s": "s sec secs second seconds",
        "ms": "ms msec msecs millis millisecond milliseconds",
    }.items()
    for spelling in spellings.split()
}
_AMOUNTS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) *([a-z]+)[ ,]*", re.ASCII)
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([kmgt])i?(?:b|bytes?)?", re.ASCII)
_CORES = re.compile(r"([0-9]+(?:\.[0-9]{1,3})?) *(?:v?cpus?|cores?)", re.ASCII)
_MILLICORES = re.compile(r"([0-9]+) *(?:m|mcpus?|millicores?|millicpus?)", re.ASCII)
_SHARE = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?) *(?:%|percent)?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9./][-A-Za-z0-9._/:%+=]*")
_LONGEST = 100


def as_scalar(value: str) -> str:
    """As it is written in YAML: in quotes where it would otherwise be read as something else."""
    return (
        value if not value or value[0] in "\"'[" or _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    )


def meant_duration(text: str) -> str:
    """`5 min` -> `5m`, `1.5h` -> `90m`."""
    amounts = _AMOUNTS.findall(text.casefold())
    units = [_UNITS.get(unit, "") for _, unit in amounts]
    if not amounts or not all(units) or len(set(units)) < len(units) or _AMOUNTS.sub("", text.casefold()).strip():
        return ""
    if len(amounts) == 1 and "." in amounts[0][0]:
        return _whole(Decimal(amounts[0][0]) * _MILLISECONDS[units[0]])
    numbers = {unit: number for unit, (number, _) in zip(units, amounts, strict=True)}
    return "" if "." in text else "".join(f"{numbers[unit]}{unit}" for unit in _MILLISECONDS if unit in numbers)


def _whole(milliseconds: Decimal) -> str:
    """In the largest unit of which it is a whole number."""
    fitting = (f"{milliseconds / size:.0f}{unit}" for unit, size in _MILLISECONDS.items() if not milliseconds % size)
    return next(fitting, "")


def meant_size(text: str) -> str:
    """`512mb` -> `512Mi`."""
    found = _SIZE.fullmatch(text.casefold())
    return f"{found[1]}{found[2].upper()}i" if found else ""


def meant_cpu(text: str) -> str:
    """`2 cores` -> `2`, `500 millicores` -> `500m`."""
    if found := _MILLICORES.fullmatch(text.casefold()):
        return f"{found[1]}m"
    found = _CORES.fullmatch(text.casefold())
    return found[1] if found else ""


def meant_percent(value: object) -> str:
    """`99.9` -> `99.9%`, 0.999 -> `99.9%`; what a small share means nobody can tell."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    found = _SHARE.fullmatch(str(value).casefold())
    if not found:
        return ""
    share = Decimal(found[1].replace(",", "."))
    if Decimal("0.5") <= share < 1 and "%" not in str(value):
        share *= 100
    return f"{share.normalize():f}%" if 1 <= share <= 100 else ""


def meant_word(value: str, pattern: str, length: int) -> str:
    """`Fraud_Detector` -> `fraud-detector`, `fraud rate high` -> `FraudRateHigh`, a URL -> its host, and so on."""
    fitting = (each for each in _spellings(value[:_LONGEST]) if len(each) <= length)
    return next((each for each in fitting if re.fullmatch(pattern, each, re.ASCII)), "")


def _spellings(value: str) -> Iterator[str]:
    plain = value.strip()
    if "://" in plain:
        place = plain.partition("://")[2].rstrip("/")
        yield place
        yield place.partition("/")[0]
        return
    yield plain
    yield plain.lower()
    yield f"sha256:{plain.lower()}"
    yield re.sub(r"[^a-z0-9.]+", "-", plain.lower()).strip("-.")
    yield re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    yield "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", plain))
    yield re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")
    yield re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_")
