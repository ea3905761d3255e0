"""The page says what is compiled, leads nowhere that is not there, and takes no text of a spec for its own."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from mlspec.compile import Compilation
from mlspec.compile import compile as compile_specs
from mlspec.plan.cost import NOTHING, HourlyCost
from mlspec.report.page.page import cost, workspace_page
from mlspec.source.files import FilesInMemory
from tests.monitoring.dashboards import workspace
from tests.report.page.conftest import HOSTILE

_VOID = {"meta", "input", "rect", "path"}


class _Read(HTMLParser):
    """What a browser makes of it: elements with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        assert self.open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def read(page: str) -> _Read:
    return _Read(page)


def test_every_deployment_has_its_place(read: _Read, compilation: Compilation) -> None:
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    wanted = {f"{spec.name}_{spec.environment.name}" for spec in compilation.resolution.specs}
    assert wanted <= set(ids)
    assert [each for each, count in Counter(ids).items() if count > 1] == []


def test_every_link_leads_somewhere(read: _Read) -> None:
    ids = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    links = [attributes["href"] or "" for tag, attributes in read.elements if tag == "a"]
    inside = [link.removeprefix("#") for link in links if link.startswith("#")]
    assert inside
    assert [link for link in inside if link not in ids] == []
    outside = {link.partition("/d/")[0] for link in links if not link.startswith("#")}
    assert outside == {"https://grafana.example.com/team"}
    labelled = [attributes["aria-labelledby"] for _, attributes in read.elements if "aria-labelledby" in attributes]
    assert set(labelled) <= ids


def test_nothing_is_fetched(read: _Read) -> None:
    assert [
        tag for tag, attributes in read.elements if "src" in attributes or tag in ("link", "iframe", "object")
    ] == []
    assert [tag for tag, _ in read.elements].count("script") == 1
    (policy,) = (attributes["content"] for tag, attributes in read.elements if attributes.get("http-equiv"))
    assert (policy or "").startswith("default-src 'none'; ")


def test_text_of_a_spec_stays_text(page: str, read: _Read) -> None:
    assert read.text.count(HOSTILE) == 2, "the description and the summary of an alert"
    assert "<img" not in page
    assert "javascript:" not in page
    assert [name for _, attributes in read.elements for name in attributes if name.startswith("on")] == []


def test_every_object_and_alert_is_named(read: _Read, compilation: Compilation) -> None:
    for outputs in compilation.outputs.values():
        for manifest in (each.manifest for each in outputs if hasattr(each, "manifest")):
            if manifest["kind"] not in ("AppProject", "Application"):
                assert f"{manifest['kind']} {manifest['metadata']['name']}" in read.text
    assert "hostile.example.com/v2" in read.text
    assert "smallest.ml-prod:80 (in the cluster)" in read.text
    assert "99% within 500ms over 30d" in read.text
    assert "drift of features: index at most 0.2 over 6h, told where a replica has " in read.text
    assert "area under the ROC curve at least 75%" in read.text
    assert "mean absolute error at most 3.5" in read.text
    assert "… of the requests to owed in prod fail." in read.text


def test_costs_add_up(read: _Read) -> None:
    # card 3 × 1.60, slice 1.50, four of vllm with 0.80 or twice that; nobody says what the foreign card costs.
    assert "$9.50 and 1 not known" in " ".join(read.text.split())


@pytest.mark.parametrize(
    ("hourly", "said"),
    [
        (None, "not known"),
        (NOTHING, "–"),
        (HourlyCost(Decimal("1.6"), Decimal("16"), Decimal("0")), "$1.60 to $16.00"),
        (HourlyCost(Decimal("0"), Decimal("1234.5"), Decimal("0")), "$0.00 to $1,234.50"),
        (HourlyCost(Decimal("2"), Decimal("2"), Decimal("4")), "$2.00, $4.00 more in a run"),
        (HourlyCost(Decimal("0"), Decimal("0"), Decimal("4")), "$4.00 in a run"),
    ],
)
def test_a_cost_in_words(hourly: HourlyCost | None, said: str) -> None:
    assert cost(hourly) == said


def test_the_same_workspace_makes_the_same_page(compilation: Compilation, page: str) -> None:
    assert workspace_page(compilation) == page


def test_a_workspace_without_models() -> None:
    text = _Read(workspace_page(compile_specs(FilesInMemory({})))).text
    assert "There is no model yet." in text
    assert "1 model in 1 environment" in _Read(workspace_page(workspace({"a": {"model": _model()}}))).text


def _model() -> dict[str, str]:
    return {"format": "sklearn", "version": "1.0.0", "uri": "./model.joblib"}
