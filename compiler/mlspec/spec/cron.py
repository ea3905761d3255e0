"""Text of a schedule -> when it is due, read as Kubernetes reads it; and the time zones that it may be meant in.

Source: parser.go and spec.go of robfig/cron v3, which the CronJob controller uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import Annotated

from msgspec import Struct
from pydantic import BeforeValidator, WithJsonSchema

from mlspec.source.suggestion import did_you_mean

from .section import Invalid

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_WEEKDAYS)}),
)
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_ITEM = re.compile(r"(?:(\*|\?)|(\w+)(?:-(\w+))?)(?:/(\d{1,4}))?", re.ASCII)
_LONGEST = 200
_DAY = 24 * 60
_FIRST, _YEARS = date(2024, 1, 1), 8
"""Any eight years with two leap days in them: the longest time between two runs does not depend on today."""


class Schedule(Struct, frozen=True):
    """When a run is due, in minutes of a day and in days."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Whether one of day and weekday is enough: so it is where both are restricted."""

    @property
    def runs_a_day(self) -> int:
        """On a day on which there are any."""
        return len(self.minutes) * len(self.hours)

    def gaps(self) -> tuple[timedelta, timedelta] | None:
        """The shortest and the longest time between two runs, changes of the clock aside; None where none is due."""
        return _gaps(self)

    def has(self, day: date) -> bool:
        """Whether there are runs on a day."""
        weekday = (day.weekday() + 1) % 7
        fits = (day.day in self.days, weekday in self.weekdays)
        return day.month in self.months and (any(fits) if self.either_day else all(fits))


@lru_cache(256)
def _gaps(schedule: Schedule) -> tuple[timedelta, timedelta] | None:
    """Thousands of days are looked at, and one compile asks several times."""
    moments = sorted(hour * 60 + minute for hour in schedule.hours for minute in schedule.minutes)
    days = [number for number in range(_YEARS * 366) if schedule.has(_FIRST + timedelta(number))]
    over_night = moments[0] - moments[-1]
    gaps = [(after - before) * _DAY + over_night for before, after in pairwise(days)]
    if not gaps:
        return None
    gaps += [after - before for before, after in pairwise(moments)]
    return timedelta(minutes=min(gaps)), timedelta(minutes=max(gaps))


def parse_schedule(text: str) -> Schedule:
    """Raises Invalid."""
    fields = _DESCRIPTORS.get(text, text).split()
    if len(fields) != len(_FIELDS):
        how = 'write minute, hour, day of the month, month and day of the week: "0 2 * * *" is 02:00'
        raise Invalid("not a schedule", how)
    values = [frozenset(_field(field, *known)) for field, known in zip(fields, _FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = values
    either_day = not any(_is_every(fields[place]) for place in (2, 4))
    return Schedule(minutes, hours, days, months, weekdays, either_day)


def _is_every(field: str) -> bool:
    """Whether the field leaves the day to the other one."""
    return any(re.fullmatch(r"[*?](/1)?", item) for item in field.split(","))


def _field(text: str, what: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    found: set[int] = set()
    for item in text.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise Invalid(f"`{item}` is no {what}", "write numbers, ranges `1-5`, lists `1,15` and steps `*/10`")
        every, first, last, step = match.groups()
        start = low if every else _number(first, what, low, high, names)
        end = _number(last, what, low, high, names) if last else high if every or step else start
        if start > end:
            raise Invalid(f"`{item}` ends before it begins", "write the smaller number first")
        if step is not None and int(step) == 0:
            raise Invalid(f"`{item}` has a step of 0", "write a step of at least 1")
        found.update(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str, what: str, low: int, high: int, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    number = int(text) if text.isdecimal() and len(text) < 5 else -1
    if not low <= number <= high:
        sunday = " (Sunday is 0)" if what == "day of the week" and text == "7" else ""
        raise Invalid(f"`{text}` is no {what}", f"write a number from {low} to {high}{sunday}")
    return number


def _cron(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Invalid("expected a schedule", 'write it in quotes: "0 2 * * *" is 02:00 of each day')
    try:
        schedule = parse_schedule(value)
    except Invalid as problem:
        if meant := _meant(value):
            raise Invalid(problem.label, f'did you mean "{meant}"?', fix=meant) from None
        raise
    if schedule.gaps() is None:
        raise Invalid("never due, or once in eight years", "no month has such a day: correct it")
    return value


def _meant(text: str) -> str:
    """The schedule that was meant: with seconds before it, Sunday as 7, a name written out, or a range over its end."""
    if text.startswith("@"):
        return did_you_mean(text, _DESCRIPTORS) or ""
    fields = text.split()
    fields = fields[1:] if len(fields) == len(_FIELDS) + 1 and fields[0] in ("0", "00") else fields
    if len(fields) != len(_FIELDS):
        return ""
    meant = " ".join(",".join(_mended(field, *known)) for field, known in zip(fields, _FIELDS, strict=True))
    try:
        parse_schedule(meant)
    except Invalid:
        return ""
    return meant


def _mended(field: str, what: str, low: int, high: int, names: dict[str, int]) -> Iterator[str]:
    for item in field.split(","):
        short = re.sub(r"[A-Za-z]{4,}", lambda word: word[0][:3] if word[0][:3].lower() in names else word[0], item)
        if what == "day of the week":
            short = re.sub(r"^([1-6])-7$", r"0,\1-6", re.sub(r"^7$", "0", short))
        ends = [names.get(end.lower(), int(end) if end.isdecimal() else -1) for end in short.split("-")]
        if len(ends) == 2 and low <= ends[1] < ends[0] <= high:
            yield f"{low}-{ends[1]},{ends[0]}-{high}" if low < ends[1] else f"{low},{ends[0]}-{high}"
        else:
            yield short


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA database."""
    from importlib.resources import files  # brings much along, for the few specs that name a zone

    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def _time_zone(value: object) -> str:
    if isinstance(value, str) and value in time_zones():
        return value
    near = did_you_mean(value, sorted(time_zones())) if isinstance(value, str) and len(value) < _LONGEST else None
    raise Invalid("not a time zone", "" if near else "write its IANA name: `Europe/Berlin`", fix=near or "")


Cron = Annotated[
    str,
    BeforeValidator(_cron),
    WithJsonSchema({"type": "string", "maxLength": _LONGEST, "examples": ["0 2 * * *", "*/30 6-20 * * MON-FRI"]}),
]
TimeZone = Annotated[
    str,
    BeforeValidator(_time_zone),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_+/-]+$", "examples": ["Etc/UTC", "Europe/Berlin"]}),
]
