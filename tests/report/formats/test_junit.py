"""A model in order is a case that passes, one with an error a case that fails, a warning is only told."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mlspec.report.formats.junit import render

from .accounts import account


def test_each_model_is_a_case() -> None:
    suite = ET.fromstring(render(account()).encode())[0]
    cases = {str(case.get("classname")): case for case in suite}
    assert sorted(cases) == [f"specs/{name}/model.yaml" for name in ("calm", "churn", "fraud, or not")]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert list(cases["specs/calm/model.yaml"]) == []
    (told,) = cases["specs/churn/model.yaml"]
    assert told.tag == "system-out"
    assert "MLS231" in str(told.text)
    (failure,) = cases["specs/fraud, or not/model.yaml"].findall("failure")
    assert "réplica" in str(failure.text)
