"""The custom resources of the sound deployments fit their definitions, and what does not fit is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REQUIRE_TOOLS
from tests.crds import FOLDER, crd_problems, has_crds, require_crds
from tests.verify.sound_objects import FOLDER as SOUND
from tests.verify.sound_objects import broken, sound

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown field": ({"HTTPRoute/spec/hostname": "x"}, "HTTPRoute/fraud spec: "),
    "unknown field deep below": (
        {"ServiceMonitor/spec/endpoints/0/ports": "x"},
        "ServiceMonitor/fraud spec/endpoints/0: ",
    ),
    "number for text": (
        {"HTTPRoute/spec/rules/0/timeouts/request": 5},
        "HTTPRoute/fraud spec/rules/0/timeouts/request: ",
    ),
    "pattern": ({"HTTPRoute/spec/rules/0/timeouts/request": "1.5s"}, "HTTPRoute/fraud spec/rules/0/timeouts/request: "),
    "enum": ({"PrometheusRule/spec/groups/0/partial_response_strategy": "none"}, "partial_response_strategy: "),
    "status": ({"PrometheusRule/status": {"x": 1}}, "PrometheusRule/fraud status: "),
    "int or text": (
        {"PrometheusRule/spec/groups/0/rules/1/expr": []},
        "PrometheusRule/fraud spec/groups/0/rules/1/expr: ",
    ),
}


@pytest.mark.parametrize("name", [file.stem for file in SOUND.iterdir()])
def test_sound_custom_resources_fit(name: str) -> None:
    require_crds()
    assert crd_problems(sound(name)) == []


@pytest.mark.parametrize(("change", "says"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(change: dict[str, Any], says: str) -> None:
    require_crds()
    (problem,) = crd_problems(broken({"set": change}))
    assert says in problem


def test_a_custom_resource_without_a_definition_is_not_let_pass() -> None:
    require_crds()
    with pytest.raises(LookupError, match="no definition of Thing"):
        crd_problems([{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x"}}])


def test_every_definition_compiles() -> None:
    require_crds()
    for file in FOLDER.glob("*.json"):
        group, version, kind = file.stem.split("_")
        manifest = {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": {"name": "x"}, "surplus": 1}
        assert any("surplus" in problem for problem in crd_problems([manifest])), file.stem


def test_without_definitions_a_test_is_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.crds.FOLDER", tmp_path / "crds")
    monkeypatch.setattr("tests.crds.NAMED", None)
    monkeypatch.setenv(REQUIRE_TOOLS, "1")
    assert not has_crds()
    with pytest.raises(pytest.skip.Exception, match="custom resources are not at"):
        require_crds()


def test_a_folder_that_was_named_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.crds.FOLDER", tmp_path / "crds")
    monkeypatch.setattr("tests.crds.NAMED", "elsewhere")
    monkeypatch.delenv(REQUIRE_TOOLS, raising=False)
    for check in (require_crds, has_crds):
        with pytest.raises(pytest.fail.Exception, match="MLSPEC_CRDS names elsewhere"):
            check()
