"""The case files themselves: every case has one name, every alteration a use, every placeholder a meaning."""

from __future__ import annotations

from collections import Counter

from mlspec.conformance.alterations import ALTERATIONS
from mlspec.conformance.case import Case, load_cases


def used(case: Case) -> set[str]:
    values = case.request.infer.change.values() if case.request.infer else ()
    return {value for value in values if isinstance(value, str) and value.startswith("$")}


def test_every_alteration_is_known_and_used() -> None:
    assert set().union(*map(used, load_cases())) == ALTERATIONS.keys()


def test_every_case_has_a_name_of_its_own() -> None:
    names = Counter((case.group, case.name) for case in load_cases())
    assert [name for name, count in names.items() if count > 1] == []


def test_every_case_of_an_error_is_about_its_status() -> None:
    for case in load_cases():
        about = case.expect.model_dump(exclude_defaults=True).keys()
        assert case.expect.status == 200 or about == {"status"}, case.name
        assert case.expect.status == 200 or case.expect.status in (400, 404, 405, 413, 415), case.name


def test_what_goes_out_for_each_thing_has_its_name() -> None:
    for case in load_cases():
        assert ("{each}" in case.name) == (case.for_each is not None), case.name
