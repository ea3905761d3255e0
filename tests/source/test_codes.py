"""The registry refuses what would make two findings look alike."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import mlspec
from mlspec.codes import all_codes, code
from mlspec.diagnostics import Severity, Span
from mlspec.source.findings import DUPLICATE_KEY, TAB


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (TAB.id, "another-name"),
        ("MLS099", TAB.name),
        *((identifier, "new") for identifier in ("MLS799", "MLS01", "MLS0100", "MLS01a", "mls010", "", "MLS010\n")),
    ],
)
def test_a_code_is_refused(identifier: str, name: str) -> None:
    before = all_codes()
    with pytest.raises(ValueError, match=r"family|twice"):
        code(identifier, name, title="a", reason="b", remedy="c")
    assert all_codes() == before


def test_the_codes_are_listed_in_order() -> None:
    listed = [declared.id for declared in all_codes()]
    assert listed == sorted(set(listed))
    assert {TAB.id, DUPLICATE_KEY.id} <= set(listed)


def test_every_code_of_every_stage_can_be_explained() -> None:
    for module in pkgutil.walk_packages(mlspec.__path__, "mlspec."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for declared in all_codes():
        assert declared.title[0].islower() or declared.title[0] in "`", declared
        assert not declared.title.endswith("."), declared
        assert declared.reason.endswith("."), declared
        assert declared.remedy, declared


def test_a_finding_has_the_remedy_of_its_code_unless_there_is_a_closer_one() -> None:
    span = Span("model.yaml")
    assert TAB.error(span, "a tab").help == TAB.remedy
    assert TAB.error(span, "a tab", remedy="remove it").help == "remove it"
    assert TAB.warning(span, "a tab").severity is Severity.WARNING
