"""Names fit, are valid, and two different ones never become one (rule 24)."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from mlspec.plan.labels import plan_selector
from mlspec.plan.names import LONGEST, fit, instance, plan_names
from mlspec.spec.scalars import DNS_1035

_label = st.from_regex(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?", fullmatch=True)
_environment = st.from_regex(r"[a-z]([-a-z0-9]{0,18}[a-z0-9])?", fullmatch=True)
_long = st.text("ab-", max_size=90).map(lambda text: f"a{text}b")
DNS_SUBDOMAIN = r"[a-z]([-a-z0-9.]*[a-z0-9])?"


@given(_long)
def test_what_fits_stays_and_what_does_not_is_cut_to_a_valid_name(name: str) -> None:
    fitted = fit(name)
    assert len(fitted) <= LONGEST
    assert fitted == name if len(name) <= LONGEST else fitted != name
    assert re.fullmatch(DNS_1035, fitted)
    assert fit(name) == fitted


@given(_long, _long)
def test_two_names_never_become_one(one: str, other: str) -> None:
    assert (fit(one) == fit(other)) == (one == other)


def test_names_that_differ_at_their_end_alone_stay_two() -> None:
    assert fit("a" * 80 + "b") != fit("a" * 80 + "c")
    assert fit("a" * 80)[: LONGEST - 9] == "a" * (LONGEST - 9)


@given(_label, _environment)
def test_every_object_of_the_longest_model_has_a_name_that_fits(model: str, environment: str) -> None:
    names = plan_names(model, environment)
    for name in astuple(names):
        assert len(name) <= LONGEST
        assert re.fullmatch(DNS_SUBDOMAIN, name)
    for service in (names.service, names.public_service):
        assert re.fullmatch(DNS_1035, service)


@given(_label, _environment, _label, _environment)
def test_each_deployment_has_an_instance_of_its_own(m1: str, e1: str, m2: str, e2: str) -> None:
    assert (instance(m1, e1) == instance(m2, e2)) == ((m1, e1) == (m2, e2))


def test_a_hyphen_moves_from_model_to_environment_and_changes_the_instance() -> None:
    assert instance("a-b", "c") != instance("a", "b-c")


def test_a_selector_holds_neither_version_nor_digest() -> None:
    assert plan_selector("churn", "prod") == {
        "app.kubernetes.io/name": "churn",
        "app.kubernetes.io/instance": "churn.prod",
    }
