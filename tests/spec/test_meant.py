"""What was most likely meant is a value that its type takes, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from mlspec.spec.cron import Cron, TimeZone
from mlspec.spec.network import Cidr
from mlspec.spec.scalars import (
    AlertName,
    Digest,
    DnsName,
    ModelName,
    Registry,
    parse_cpu,
    parse_duration,
    parse_percent,
    parse_size,
)
from mlspec.spec.section import Invalid


def _parser(kind: Any) -> Callable[[object], object]:
    """As pydantic calls it, with the refusal that it wraps."""

    def parse(value: object) -> object:
        from pydantic import ValidationError

        try:
            return TypeAdapter(kind).validate_python(value)
        except ValidationError as error:
            raise error.errors()[0]["ctx"]["error"] from None

    return parse


PARSERS = {
    "duration": parse_duration,
    "size": parse_size,
    "cpu": parse_cpu,
    "percent": parse_percent,
    "schedule": _parser(Cron),
    "time zone": _parser(TimeZone),
    "range": _parser(Cidr),
    "name": _parser(ModelName),
    "alert": _parser(AlertName),
    "digest": _parser(Digest),
    "host": _parser(DnsName),
    "registry": _parser(Registry),
}
MEANT = [
    ("duration", "30 seconds", "30s"),
    ("duration", "1.5h", "90m"),
    ("duration", "30m 1h", "1h30m"),
    ("duration", "1 fortnight", ""),
    ("size", "512mb", "512Mi"),
    ("size", "1 GiB", "1Gi"),
    ("size", "512", ""),
    ("cpu", "2 cores", "2"),
    ("cpu", "500 millicores", "500m"),
    ("percent", 99.9, "99.9%"),
    ("percent", "99,5 %", "99.5%"),
    ("percent", 0.999, "99.9%"),
    ("percent", 0.01, ""),
    ("schedule", "0 0 2 * * *", "0 2 * * *"),
    ("schedule", "0 2 * * 7", "0 2 * * 0"),
    ("schedule", "0 2 * * 5-7", "0 2 * * 0,5-6"),
    ("schedule", "0 22-6 * * *", "0 0-6,22-23 * * *"),
    ("schedule", "0 2 * * Monday-Friday", "0 2 * * Mon-Fri"),
    ("schedule", "@dayly", "@daily"),
    ("schedule", "61 2 * * *", ""),
    ("time zone", "Europe/Berln", "Europe/Berlin"),
    ("range", "10.20.1.5/16", "10.20.0.0/16"),
    ("range", "10.20.1.5", "10.20.1.5/32"),
    ("name", "Fraud_Detector", "fraud-detector"),
    ("alert", "fraud rate high", "FraudRateHigh"),
    ("host", "https://models.example.com/churn", "models.example.com"),
    ("registry", "https://registry.example.com:5000/ml/", "registry.example.com:5000/ml"),
    ("digest", "A" * 64, f"sha256:{'a' * 64}"),
]


def refused(kind: str, value: object) -> Invalid | None:
    try:
        PARSERS[kind](value)
    except Invalid as problem:
        return problem
    return None


@pytest.mark.parametrize(("kind", "wrong", "meant"), MEANT, ids=str)
def test_a_slip_has_the_value_that_was_meant(kind: str, wrong: object, meant: str) -> None:
    problem = refused(kind, wrong)
    assert problem is not None
    assert problem.fix == meant
    assert meant in problem.help if problem.help else meant


@pytest.mark.parametrize("kind", PARSERS)
@settings(max_examples=30)
@given(value=st.text(max_size=40) | st.from_regex(r"[0-9]{1,4}[.,]?[0-9]? ?[a-zA-Z%*/-]{0,8}( [0-9*/-]{1,5}){0,5}"))
def test_whatever_is_meant_would_be_taken(kind: str, value: str) -> None:
    problem = refused(kind, value)
    if problem is not None and problem.fix:
        again = refused(kind, problem.fix)
        assert again is None or not again.fix
