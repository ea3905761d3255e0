"""Each text of values.py -> taken with its meaning, or refused in the user's words; the JSON Schema agrees."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema_rs
import pytest
from pydantic import ConfigDict, TypeAdapter, ValidationError

from mlspec.spec.section import Invalid

from .values import SCALARS, Scalar

Case = tuple[str, object, object]


def _adapter(scalar: Scalar) -> TypeAdapter[object]:
    return TypeAdapter(scalar.type, config=ConfigDict(strict=True))


def _taken() -> Iterator[Case]:
    for name, scalar in SCALARS.items():
        yield from ((name, text, text) for text in scalar.keeps)
        yield from ((name, written, meant) for written, meant in scalar.takes)


def _refused() -> Iterator[tuple[str, object]]:
    for name, scalar in SCALARS.items():
        yield from ((name, value) for value in (*scalar.refuses, *scalar.refuses_late))


def _label(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 100:
        return "a huge number"
    return ascii(value)[:40]


@pytest.mark.parametrize(("name", "written", "meant"), list(_taken()), ids=_label)
def test_takes(name: str, written: object, meant: object) -> None:
    assert _adapter(SCALARS[name]).validate_python(written) == meant


@pytest.mark.parametrize(("name", "value"), list(_refused()), ids=_label)
def test_refuses(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        _adapter(SCALARS[name]).validate_python(value)
    for error in refused.value.errors():
        if error["type"] == "value_error":
            assert isinstance(error["ctx"]["error"], Invalid), "an error of Python's own, not in our words"


@pytest.mark.parametrize("name", SCALARS)
def test_schema_agrees(name: str) -> None:
    scalar = SCALARS[name]
    schema = jsonschema_rs.validator_for(_adapter(scalar).json_schema())
    taken = [*scalar.keeps, *(written for written, _ in scalar.takes)]
    assert [text for text in taken if not schema.is_valid(text)] == []
    texts = [value for value in scalar.refuses if not isinstance(value, bytes)]
    assert [text for text in texts if schema.is_valid(text)] == []
