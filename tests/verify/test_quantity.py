"""Quantities are valued and printed as the API server does; the table is from its own tests and documentation."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.plan import quantities
from mlspec.verify.quantity import canonical, value

CANONICAL = {
    "0": "0",
    "0Gi": "0",
    "00.0m": "0",
    "1": "1",
    "+1": "1",
    "-1": "-1",
    "0.1": "100m",
    ".5": "500m",
    "1.": "1",
    "1000m": "1",
    "1.5": "1500m",
    "1.5Gi": "1536Mi",
    "0.5Gi": "512Mi",
    "0.5Ki": "512",
    "1024Mi": "1Gi",
    "3072Mi": "3Gi",
    "1000Mi": "1000Mi",
    "1000Ki": "1000Ki",
    "1024": "1024",
    "1000": "1k",
    "12000000": "12M",
    "1e3": "1e3",
    "100e1": "1e3",
    "12E6": "12e6",
    "1e0": "1",
    "0.1n": "1n",
    "0.0000000001": "1n",
    "1.1Ki": "1126400m",
    "1E": "1E",
    "1Ei": "1Ei",
    "1048576Ki": "1Gi",
    "5u": "5u",
}


@pytest.mark.parametrize(("written", "printed"), CANONICAL.items())
def test_a_quantity_is_printed_as_the_api_server_prints_it(written: str, printed: str) -> None:
    assert canonical(written) == printed


@pytest.mark.parametrize(
    "text", ["", "1Gb", "1 Gi", "Gi", "1K", "1g", "--1", "1e", "1.2.3", "1KiB", "0x10", "1_000", "\u0661", "1e1.5"]
)
def test_what_is_no_quantity_has_no_value(text: str) -> None:
    assert value(text) is None
    assert canonical(text) is None


_text = st.builds(
    lambda number, suffix: f"{number}{suffix}",
    st.decimals(0, 10**6, places=3),
    st.sampled_from(["", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E2"]),
)


@given(_text)
def test_the_printed_form_is_the_same_amount_and_stays(written: str) -> None:
    printed = canonical(written)
    assert printed is not None
    assert value(printed) == value(written)
    assert canonical(printed) == printed


@given(st.integers(1, 2**60 - 1))
def test_what_the_plan_writes_is_canonical(amount: int) -> None:
    assert canonical(quantities.size(amount)) == quantities.size(amount)
    assert value(quantities.size(amount)) == amount
    assert canonical(quantities.cpu(amount % 10**6 + 1)) == quantities.cpu(amount % 10**6 + 1)
    assert value(quantities.cpu(amount)) == Fraction(amount, 1000)
