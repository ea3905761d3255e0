"""A section that nobody validated, since nothing is written in it, is the one that an empty mapping gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import mlspec.spec.parse
import mlspec.spec.service
import mlspec.spec.workspace  # noqa: F401 - all sections are known once these are
from mlspec.spec.section import Section


def _below(section: type[Section]) -> Iterator[type[Section]]:
    for each in section.__subclasses__():
        yield each
        yield from _below(each)


DEFAULTS = {
    type(field.default): field.default
    for section in _below(Section)
    for field in section.model_fields.values()
    if isinstance(field.default, Section)
}


def test_defaults_are_found() -> None:
    assert len(DEFAULTS) > 20


@pytest.mark.parametrize("section", DEFAULTS, ids=lambda section: section.__name__)
def test_default_is_valid(section: type[Section]) -> None:
    assert DEFAULTS[section] == section.by_default() == section.model_validate({})
    assert DEFAULTS[section].model_fields_set == set()
