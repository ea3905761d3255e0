"""Schedules as Kubernetes reads them: when they are due, how far apart, and what it would refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mlspec.spec.cron import Schedule, parse_schedule, time_zones
from mlspec.spec.section import Invalid

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

GAPS = {
    "* * * * *": (MINUTE, MINUTE),
    "*/15 * * * *": (15 * MINUTE, 15 * MINUTE),
    "*/7 * * * *": (4 * MINUTE, 7 * MINUTE),  # 56 and then 0 again
    "30 2 * * *": (DAY, DAY),
    "@daily": (DAY, DAY),
    "@hourly": (HOUR, HOUR),
    "0 6-20/7 * * *": (7 * HOUR, 10 * HOUR),
    "0 0 * * MON-FRI": (DAY, 3 * DAY),
    "0 0 * * 0": (7 * DAY, 7 * DAY),
    "@weekly": (7 * DAY, 7 * DAY),
    "0 0 1 * *": (28 * DAY, 31 * DAY),
    "0 0 31 * ?": (31 * DAY, 61 * DAY),  # January, March, May, July, August, October, December
    "0 0 29 2 *": (1461 * DAY, 1461 * DAY),
    # Both restricted: one of them is enough.
    "0 0 13 * FRI": (DAY, 7 * DAY),
    # A step on every day restricts it all the same, as robfig/cron has it.
    "0 0 */2 * 0": (DAY, 2 * DAY),
    "5/20 0 * jan,JUL *": (20 * MINUTE, 154 * DAY - 40 * MINUTE),
}


@pytest.mark.parametrize(("text", "gaps"), GAPS.items())
def test_the_shortest_and_the_longest_time_between_two_runs(text: str, gaps: tuple[timedelta, timedelta]) -> None:
    assert parse_schedule(text).gaps() == gaps


def test_a_day_that_there_is_not() -> None:
    assert parse_schedule("0 0 30 2 *").gaps() is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a schedule"),
        ("0 2 * *", "not a schedule"),
        ("0 0 2 * * *", "not a schedule"),
        ("@reboot", "not a schedule"),
        ("TZ=UTC 0 2 * * *", "not a schedule"),
        ("60 2 * * *", "`60` is no minute"),
        ("0 24 * * *", "`24` is no hour"),
        ("0 0 0 * *", "`0` is no day of the month"),
        ("0 0 * 13 *", "`13` is no month"),
        ("0 0 * * 7", "`7` is no day of the week"),
        ("0 0 * * MONDAY", "`MONDAY` is no day of the week"),
        ("0 5-2 * * *", "`5-2` ends before it begins"),
        ("*/0 * * * *", "`*/0` has a step of 0"),
        ("1,,2 * * * *", "`` is no minute"),
        ("-1 * * * *", "`-1` is no minute"),
        ("0 0 L * *", "`L` is no day of the month"),
        ("9999999999 * * * *", "is no minute"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=r".*") as refused:
        parse_schedule(text)
    assert said in refused.value.label


def test_runs_of_a_day() -> None:
    runs = {text: parse_schedule(text).runs_a_day for text in ("30 2 * * *", "0 */6 * * *", "*/30 8-9 * * *")}
    assert runs == {"30 2 * * *": 1, "0 */6 * * *": 4, "*/30 8-9 * * *": 4}
    assert isinstance(parse_schedule("@daily"), Schedule)


def test_time_zones_are_those_of_the_database() -> None:
    assert {"Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"} < time_zones()
    assert not {"Local", "Europe/Bonn", ""} & time_zones()
