"""A dashboard is one that Grafana knows, with room for every panel, and it asks only for what somebody exports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings

from mlspec.artifacts.manifest import ManifestFile
from mlspec.compile import Compilation
from mlspec.plan.grafana import dashboard_uid
from mlspec.promql import parse
from mlspec.verify.expressions import expressions
from mlspec_runtime import metric_names as metrics
from tests.monitoring.dashboards import SPECS, dashboards, panels, titles, workspace
from tests.monitoring.grafana_schema import UNITS, schema_problems
from tests.monitoring.known_series import known_series
from tests.properties.compiled import compiled
from tests.strategies import Workspace, workspaces

Shown = Mapping[str, tuple[ManifestFile, dict[str, Any]]]
MODELS = [name[:40] for name in SPECS]


@pytest.fixture(scope="module")
def result() -> Compilation:
    return workspace(SPECS)


@pytest.fixture(scope="module")
def shown(result: Compilation) -> Shown:
    """By the model's name."""
    found = {file.path.split("/")[-2]: (file, dashboard) for file, dashboard in dashboards(result)}
    assert sorted(found) == sorted(MODELS)
    return found


def _sound(file: ManifestFile, dashboard: dict[str, Any], recorded: set[str]) -> None:
    """What holds for every dashboard; `recorded` are the names of the rules beside it."""
    assert schema_problems(dashboard) == []
    assert len(file.content) < 2**19, "a ConfigMap takes 1 MiB, and no dashboard should come near"
    numbers = Counter(panel["id"] for panel in dashboard["panels"])
    assert [number for number, count in numbers.items() if count > 1] == []
    _has_room(dashboard)
    for panel in panels(dashboard):
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert panel["title"]
        assert panel["description"].endswith(".")
        values = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        assert values[0] is None
        assert values[1:] == sorted(values[1:])
    _asks_for_what_there_is(file, recorded)


def _has_room(dashboard: Mapping[str, Any]) -> None:
    cells = [panel["gridPos"] for panel in dashboard["panels"]]
    assert all(cell["x"] + cell["w"] <= 24 and min(cell["w"], cell["h"]) > 0 for cell in cells)
    for one, other in combinations(cells, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, f"{one} and {other} overlap"
    # Every line goes to the edge, and no cell of the grid is left empty above the last.
    assert sum(cell["w"] * cell["h"] for cell in cells) == 24 * max(cell["y"] + cell["h"] for cell in cells)


def _asks_for_what_there_is(file: ManifestFile, recorded: set[str]) -> None:
    known = {**known_series(), **{name: {"namespace", metrics.MODEL} for name in recorded}}
    asked = [query for _, query in expressions(file.manifest)]
    assert asked
    for query in asked:
        for selector in parse(query).selectors:
            assert selector.metric in known, f"nobody exports {selector.metric}"
            labels = {label for label, _, _ in selector.matchers}
            assert labels <= known[selector.metric], f"{selector.metric} has no {labels - known[selector.metric]}"


def _recorded(result: Compilation, model: str, environment: str = "prod") -> set[str]:
    rules = [
        rule
        for output in result.outputs[f"{environment}/{model}"]
        if isinstance(output, ManifestFile) and output.manifest["kind"] == "PrometheusRule"
        for group in output.manifest["spec"]["groups"]
        for rule in group["rules"]
    ]
    return {rule["record"] for rule in rules if "record" in rule}


@pytest.mark.parametrize("model", MODELS)
def test_a_dashboard_is_sound(model: str, result: Compilation, shown: Shown) -> None:
    file, dashboard = shown[model]
    _sound(file, dashboard, _recorded(result, model))


@settings(max_examples=15)
@given(workspaces())
def test_so_is_that_of_any_model(given_workspace: Workspace) -> None:
    made = compiled(given_workspace.texts())
    found = list(dashboards(made))
    for file, dashboard in found:
        environment, model = file.path.split("/")[-3:-1]
        _sound(file, dashboard, _recorded(made, model, environment))
    uids = Counter(dashboard["uid"] for _, dashboard in found)
    assert [uid for uid, count in uids.items() if count > 1 or not re.fullmatch(r"[\w-]{8,40}", uid)] == []


def test_grafana_finds_it(shown: Shown) -> None:
    file, dashboard = shown["smallest"]
    metadata = file.manifest["metadata"]
    assert metadata["name"] == "smallest-dashboard"
    assert metadata["labels"]["grafana_dashboard"] == "1"
    assert metadata["annotations"]["grafana_folder"] == "Models"
    assert dashboard["uid"] == dashboard_uid("smallest", "prod") == "mlspec_smallest_prod"
    # The sidecar puts the files of all ConfigMaps into one folder.
    assert list(file.manifest["data"]) == ["mlspec_smallest_prod.json"]
    assert dashboard["title"] == "smallest in prod"


def test_there_is_none_without_a_grafana() -> None:
    assert list(dashboards(workspace({"smallest": SPECS["smallest"]}, {}))) == []


def test_a_panel_keeps_its_number(shown: Shown) -> None:
    """Links lead to panels by them: the same panel has the same one in every dashboard, whatever stands before it."""
    numbers: dict[str, set[int]] = {}
    for model, (_, dashboard) in shown.items():
        for panel in panels(dashboard):
            numbers.setdefault(f"{panel['id'] // 10} {panel['title']}", set()).add(panel["id"])
        assert model in dashboard["title"]
    assert {title: found for title, found in numbers.items() if len(found) > 1} == {}


SECTIONS = {
    "smallest": ["Overview", "Traffic", "Versions side by side", "Saturation"],
    "owed": ["Overview", "Objectives", "Traffic", "Versions side by side", "Saturation"],
    "watched": ["Overview", "Traffic", "Versions side by side", "Drift", "Saturation"],
    "language": ["Overview", "Objectives", "Traffic", "Tokens", "Saturation"],
    "nightly": ["Batches"],
    "once": ["Overview", "Traffic", "Versions side by side", "Saturation", "Batches"],
}


@pytest.mark.parametrize("model", SECTIONS)
def test_it_shows_what_there_is(model: str, shown: Shown) -> None:
    rows = [panel["title"] for panel in shown[model][1]["panels"] if panel["type"] == "row"]
    assert rows == SECTIONS[model]


def test_lines_are_drawn_where_the_objectives_are(shown: Shown) -> None:
    steps = {
        panel["title"]: [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        for panel in panels(shown["owed"][1])
    }
    assert steps["Errors"] == [None, 0.001, 0.0144]
    assert steps["Latency"] == [None, 0.25]
    assert steps["Availability over 30d"] == [None, 0.999]
    assert steps["Availability: burn rate"] == [None, 1, 14.4]
    assert steps["Rows in a batch"] == [None, 16]
    assert steps["Requests in hand of a replica"] == [None, 64, 71]
    assert steps["Memory"] == [None, 966367641.6, 2**30]


@pytest.mark.parametrize(
    ("model", "query"),
    [
        # Two cards of 0.80 dollars for each replica.
        ("card", " * 1.6"),
        # Three of the seven slices of a card of 3.50 dollars.
        ("slice", " * 1.5"),
    ],
)
def test_accelerators_cost_what_the_environment_says(model: str, query: str, shown: Shown) -> None:
    (panel,) = (panel for panel in panels(shown[model][1]) if panel["title"] == "Cost")
    assert panel["targets"][0]["expr"].endswith(query)
    assert panel["fieldConfig"]["defaults"]["unit"] == "currencyUSD"


@pytest.mark.parametrize("model", ["smallest", "foreign-card"])
def test_nobody_says_what_it_costs(model: str, shown: Shown) -> None:
    assert "Cost" not in titles(shown[model][1])


@pytest.mark.parametrize(
    ("model", "metric"),
    [("card", "DCGM_FI_DEV_GPU_UTIL"), ("slice", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"), ("foreign-card", None)],
)
def test_a_card_is_shown_by_what_its_exporter_has(model: str, metric: str | None, shown: Shown) -> None:
    found = [panel for panel in panels(shown[model][1]) if panel["title"] == "Accelerators at work"]
    assert bool(found) == bool(metric)
    assert all(target["expr"].count(metric or "") == 1 for panel in found for target in panel["targets"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unti": 3}, "$.panels[0].unti: no such field"),
        ({"interval": 30}, "$.panels[0].interval: 30: Input should be a valid string"),
        ({"gridPos": {"h": 4, "w": "4", "x": 0, "y": 0}}, "$.panels[0].grid_pos[0].w: '4' is not <class 'int'>"),
        ({"options": {"colorMode": "loud"}}, "$.panels[0].options[0].color_mode: 'loud': Input should be"),
    ],
)
def test_the_schema_finds_what_grafana_does_not_know(change: dict[str, Any], said: str, shown: Shown) -> None:
    _, dashboard = shown["smallest"]
    broken = {**dashboard, "panels": [{**dashboard["panels"][1], **change}]}
    assert any(said in found for found in schema_problems(broken)), schema_problems(broken)
