"""The JSON document has the shape that `docs/findings.md` promises."""

from __future__ import annotations

import json

from mlspec.report.formats.json import render

from .accounts import PLACES, SPEC, account


def test_every_finding_is_there_with_its_place() -> None:
    document = json.loads(render(account(folder="ml/")))
    assert document["version"] == 1
    assert document["status"] == 2
    assert document["summary"]["setAside"] == 1
    found = {(each["path"], each["code"]): each for each in document["findings"]}
    warning = found["ml/specs/churn/model.yaml", "MLS231"]
    assert warning["start"] == {"line": 9, "column": 22}
    assert warning["end"] == {"line": 9, "column": 27}
    assert warning["severity"] == "warning"
    assert warning["setAside"] is None
    assert found["ml/specs/calm/model.yaml", "MLS231"]["setAside"] == "the gateway comes in March"
    assert len(document["findings"]) == len(found)


def test_a_fingerprint_outlives_what_is_written_above_it_and_not_its_own_line() -> None:
    def fingerprints(spec: str) -> list[str]:
        return [each["fingerprint"] for each in json.loads(render(account({"churn": spec})))["findings"]]

    assert fingerprints(SPEC) == fingerprints("# a comment\n\n" + SPEC)
    assert fingerprints(SPEC) != fingerprints(SPEC.replace("{class: nginx}", "{class:  nginx}"))


def test_no_two_findings_share_a_fingerprint() -> None:
    found = [each["fingerprint"] for each in json.loads(render(account()))["findings"]]
    assert len(found) == len(set(found)) >= len(PLACES)
