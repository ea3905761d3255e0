"""Findings that differ by the environment's name alone are one, and nothing else is put together."""

from __future__ import annotations

from dataclasses import replace

from mlspec.diagnostics import Diagnostic, Related, Span
from mlspec.environment.joined import joined

HERE = Span("specs/churn/model.yaml", 6, 3, 6, 9)


def _found(environment: str, message: str, related: bool = False) -> tuple[str, Diagnostic]:
    places = (Related(Span(f"specs/{environment}.yaml"), f"in {environment}"),) if related else ()
    return environment, Diagnostic("MLS201", message, HERE, "here", f"mend it in {environment}", places)


def test_one_finding_is_left_as_it_is() -> None:
    environment, found = _found("prod", "no Gateway in prod", related=True)
    assert joined([(environment, found)]) == [found]


def test_two_environments_are_named_in_one_finding_with_a_place_of_each() -> None:
    (found,) = joined([_found("prod", "no Gateway in prod", True), _found("eu-1", "no Gateway in eu-1", True)])
    assert found.message == "no Gateway in prod and eu-1"
    assert found.help == "mend it in prod and eu-1"
    assert [place.span.file for place in found.related] == ["specs/prod.yaml", "specs/eu-1.yaml"]


def test_three_environments_are_listed() -> None:
    (found,) = joined(_found(name, f"with the overrides for {name}") for name in ("a", "b", "c"))
    assert found.message == "with the overrides for a, b and c"


def test_a_finding_that_names_no_environment_is_one() -> None:
    environment, found = _found("prod", "the server may take 30s")
    assert len(joined([(environment, found), ("staging", replace(found, help="mend it in staging"))])) == 1


def test_what_differs_otherwise_stays_apart() -> None:
    assert len(joined([_found("prod", "16 are allowed in prod"), _found("eu", "8 are allowed in eu")])) == 2
    environment, found = _found("prod", "no Gateway in prod")
    elsewhere = replace(found, span=replace(HERE, line=7, end_line=7))
    assert joined([(environment, found), (environment, elsewhere)]) == [found, elsewhere]


def test_a_word_that_only_begins_like_an_environment_is_no_name() -> None:
    findings = [_found("prod", "Deployment/churn in production"), _found("eu", "Deployment/churn in production")]
    assert [found.message for found in joined(findings)] == ["Deployment/churn in production"]
