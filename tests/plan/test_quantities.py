"""Bytes, cores and times are written in one way only: the one in which they are read back."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlspec.plan.quantities import amount, cpu, duration, gateway_duration, seconds, size
from mlspec.spec.scalars import parse_duration
from mlspec.verify.quantity import canonical

SIZES = {1: "1", 1000: "1k", 1024: "1Ki", 1536 * 2**20: "1536Mi", 3 * 2**30: "3Gi", 2 * 10**9: "2G", 2**40: "1Ti"}
CORES = {1: "1m", 100: "100m", 500: "500m", 1000: "1", 1500: "1500m", 12_000: "12", 1_000_000: "1k"}
DURATIONS = {"0s": "0s", "250ms": "250ms", "30s": "30s", "90s": "1m30s", "60m": "1h", "36h": "1d12h", "1s1ms": "1s1ms"}
GATEWAY = {"0s": "0s", "35s": "35s", "1h30m": "1h30m", "1d": "24h", "1d1ms": "24h1ms", "7d": "168h"}
_milliseconds = st.integers(0, 86_400_000).map(lambda count: timedelta(milliseconds=count))


@pytest.mark.parametrize(("count", "text"), SIZES.items())
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(("count", "text"), CORES.items())
def test_cores(count: int, text: str) -> None:
    assert cpu(count) == text


@given(st.decimals("0.001", 10**12, places=4))
@example(Decimal("0.00000000049"))
@example(Decimal("0.5"))
@example(Decimal(1_000_000))
def test_a_number_is_written_as_the_api_server_prints_it(value: Decimal) -> None:
    assert amount(value) == canonical(f"{value:f}")


@pytest.mark.parametrize(("written", "text"), DURATIONS.items())
def test_durations(written: str, text: str) -> None:
    assert duration(parse_duration(written)) == text


@pytest.mark.parametrize(("written", "text"), GATEWAY.items())
def test_durations_of_a_gateway(written: str, text: str) -> None:
    assert gateway_duration(parse_duration(written)) == text


def _bytes(text: str) -> int:
    """A quantity without a fraction, read by the table of the Kubernetes documentation."""
    number = text.rstrip("kKMGTPi")
    power = " KMGTP".index(text[len(number) : len(number) + 1].upper() or " ")
    step: int = (1024 if text.endswith("i") else 1000) ** power
    return int(number) * step


@given(st.integers(1, 2**53 - 1) | st.integers(1, 8000).map(lambda count: count * 2**40))
def test_a_size_is_read_back(count: int) -> None:
    assert _bytes(size(count)) == count


@given(_milliseconds)
def test_a_duration_is_read_back_in_its_shortest_form(time: timedelta) -> None:
    assert parse_duration(duration(time)) == time
    # Prometheus: model.ParseDuration of prometheus/common.
    assert re.fullmatch(r"(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?", duration(time))


@given(_milliseconds)
def test_a_duration_of_a_gateway_is_one(time: timedelta) -> None:
    # GEP-2257: at most four units, each at most five digits.
    assert re.fullmatch(r"([0-9]{1,5}(h|m|s|ms)){1,4}", gateway_duration(time))
    assert parse_duration(gateway_duration(time)) == time


@given(_milliseconds)
def test_seconds_are_never_too_few(time: timedelta) -> None:
    assert timedelta(0) <= timedelta(seconds=seconds(time)) - time < timedelta(seconds=1)
