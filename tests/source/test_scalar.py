"""Plain scalars mean what YAML 1.2's core schema says, not what YAML 1.1 said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.source.node import Scalar
from mlspec.source.scalar import OutOfRange, resolve

MEANINGS: dict[str, Scalar] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **{"0": 0, "-0": 0, "+12": 12, "012": 12, "-19": -19, "0o14": 12, "0xC": 12, "0xff": 255},
    **{"18446744073709551615": 2**64 - 1, "-9223372036854775808": -(2**63), "0xFFFFFFFFFFFFFFFF": 2**64 - 1},
    **{"0.": 0.0, "-0.0": -0.0, ".5": 0.5, "+12e03": 12000.0, "-2E+05": -200000.0, "1.10": 1.1, "1e-400": 0.0},
}
TEXTS = [
    *("y", "Y", "yes", "Yes", "no", "NO", "on", "off", "nUll", "none", "tRUE"),  # words of YAML 1.1, or of none
    *("1:30", "1:30:00", "190:20:30.15", "1_000", "0b1010", "0o8", "0xG", "-0o14", "+0x1", "0O14", "0X1"),
    *("2001-12-14", "2001-12-14 21:59:43.10 -5"),
    *(
        "1.2.3",
        "70%",
        "1Gi",
        "250ms",
        "1e",
        "e5",
        ".",
        "-",
        "+",
        "-.",
        ".e1",
        "1e5.5",
        "=",
        "<<",
        "infinity",
        "nan",
        "NaN",
    ),
    *("\N{ARABIC-INDIC DIGIT THREE}", "\N{FULLWIDTH DIGIT ONE}", "1 ", " 1", "1\n", "0\n"),
]
NO_NUMBERS_OF_JSON = [
    *(".inf", "-.inf", "+.INF", ".Inf", ".nan", ".NaN", ".NAN", "1e999", "-1e999"),
    *("18446744073709551616", "-9223372036854775809", "0x10000000000000000", "9" * 10_000, "0" * 10_000),
]


@pytest.mark.parametrize("text", MEANINGS)
def test_a_plain_scalar_means(text: str) -> None:
    assert repr(resolve(text)) == repr(MEANINGS[text])


@pytest.mark.parametrize("text", TEXTS)
def test_a_plain_scalar_is_text(text: str) -> None:
    assert resolve(text) == text
    assert isinstance(resolve(text), str)


@pytest.mark.parametrize("text", NO_NUMBERS_OF_JSON, ids=lambda text: text[:24])
def test_a_number_that_json_has_not_is_refused(text: str) -> None:
    with pytest.raises(OutOfRange):
        resolve(text)


@given(st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_python_writes_it_is_that_number(number: float) -> None:
    assert repr(resolve(repr(number))) == repr(number)


@given(st.text())
def test_any_text_is_itself_or_a_scalar(text: str) -> None:
    try:
        value = resolve(text)
    except OutOfRange:
        return
    assert value == text or not isinstance(value, str)
