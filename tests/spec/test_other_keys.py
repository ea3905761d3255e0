"""Every key that is suggested for another tool's word is one that the language has."""

from __future__ import annotations

import pytest

from mlspec.spec.environment import EnvironmentSpec
from mlspec.spec.fields import keys_of, sections_below
from mlspec.spec.other_keys import _ADVICE, _SYNONYMS, other_keys_of, places_of
from mlspec.spec.section import Section
from mlspec.spec.service import ModelSpec, ServiceSpec


def _all(section: type[Section] = Section) -> dict[str, type[Section]]:
    found = {each.__name__: each for each in section.__subclasses__()}
    return found | {name: each for below in list(found.values()) for name, each in _all(below).items()}


@pytest.mark.parametrize("name", sorted({*_SYNONYMS, *_ADVICE}))
def test_what_is_meant_is_there(name: str) -> None:
    section = _all()[name]
    whole = EnvironmentSpec if name in ("EnvironmentSpec", "Gitops", "CatalogueEntry") else ModelSpec
    for meant in other_keys_of(section).meant.values():
        path = tuple(meant.removeprefix("defaults.").split("."))
        root = ServiceSpec if meant.startswith("defaults.") else whole
        assert meant in keys_of(section, ()) or path[-1] in keys_of(root, path[:-1]), meant
        assert meant not in other_keys_of(section).meant, f"{meant} is a key, and said to mean another"


def test_a_key_of_another_section_is_found_by_its_name() -> None:
    assert places_of(ServiceSpec, "handler") == ["build.handler"]
    assert places_of(ServiceSpec, "nothing") == []
    assert len(list(sections_below(ServiceSpec))) > 10
