"""Pictures: arrows from left to right, no box over another, and every reference that there is."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.artifacts.manifest import ManifestFile
from mlspec.compile import Compilation
from mlspec.report.page.layers import acyclic, columns, crossings, ordered
from mlspec.report.page.picture import Picture, draw
from mlspec.report.page.references import Reference, Thing, references

EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1]), max_size=20)


@given(EDGES)
def test_every_arrow_leads_to_the_right(edges: list[tuple[int, int]]) -> None:
    kept = acyclic(edges)
    column = columns(list(range(10)), kept)
    assert all(column[source] < column[target] for source, target in kept)
    # What was left out would have closed a circle: the other way round it would be an arrow to the right.
    assert all(edge in kept or column[edge[0]] > column[edge[1]] for edge in edges)


@given(EDGES)
def test_a_column_keeps_what_it_has(edges: list[tuple[int, int]]) -> None:
    pairs = [(("left", source), ("right", target)) for source, target in edges]
    layers = [[("left", each) for each in range(10)], [("right", each) for each in range(10)]]
    result = ordered(layers, pairs)
    assert [sorted(layer) for layer in result] == layers
    assert crossings(result, pairs) <= crossings(layers, pairs)


def test_two_that_cross_are_put_right() -> None:
    edges = [("a", "y"), ("b", "x")]
    assert crossings([["a", "b"], ["x", "y"]], edges) == 1
    assert crossings(ordered([["a", "b"], ["x", "y"]], edges), edges) == 0


@given(EDGES)
def test_no_box_lies_on_another(edges: list[tuple[int, int]]) -> None:
    things = [Thing("Kind", str(number)) for number in range(10)]
    _is_sound(draw(things, sorted({Reference(things[source], things[target]) for source, target in edges})))


def _is_sound(picture: Picture) -> None:
    assert len({box.thing for box in picture.boxes}) == len(picture.boxes)
    for box in picture.boxes:
        assert 0 <= box.x <= picture.width - picture.box_width
        assert 0 <= box.y <= picture.height - picture.box_height
    for one, other in combinations(picture.boxes, 2):
        assert abs(one.x - other.x) >= picture.box_width or abs(one.y - other.y) >= picture.box_height


def _files(compilation: Compilation, model: str) -> list[ManifestFile]:
    return [file for file in compilation.outputs[f"prod/{model}"] if isinstance(file, ManifestFile)]


def _found(compilation: Compilation, model: str) -> set[str]:
    return {
        f"{each.source.kind} {each.source.name} -> {each.target.kind} {each.target.name}"
        for each in references(_files(compilation, model), "1.36")
    }


DEPLOYED = {
    "Deployment {0} -> ConfigMap {0}-settings",
    "Deployment {0} -> ServiceAccount {0}",
    "NetworkPolicy {0} -> Deployment {0}",
    "Service {0} -> Deployment {0}",
    "ServiceMonitor {0} -> Service {0}",
}


def _of(name: str, *more: str) -> set[str]:
    return {each.format(name) for each in (*DEPLOYED, *more)}


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("smallest", _of("smallest")),
        (
            "owed",
            _of("owed", "PodDisruptionBudget {0} -> Deployment {0}", "ScaledObject {0} -> Deployment {0}"),
        ),
        ("hostile", _of("hostile", "HTTPRoute {0} -> Service {0}", "HTTPRoute {0} -> Gateway public")),
        (
            "nightly",
            {
                "CronJob nightly-batch -> ServiceAccount nightly-batch",
                "CronJob nightly-batch -> PersistentVolumeClaim in",
                "CronJob nightly-batch -> PersistentVolumeClaim out",
                "NetworkPolicy nightly-batch -> CronJob nightly-batch",
                "PodMonitor nightly-batch -> CronJob nightly-batch",
            },
        ),
    ],
)
def test_every_reference_is_found(model: str, wanted: set[str], compilation: Compilation) -> None:
    assert _found(compilation, model) == wanted


def test_a_canary_divides_the_requests_between_two_services(compilation: Compilation) -> None:
    found = _found(compilation, "canary")
    assert "Rollout canary -> AnalysisTemplate canary" in found
    assert "Service canary -> Rollout canary" in found


def test_every_picture_of_the_workspace(compilation: Compilation) -> None:
    for spec in compilation.resolution.specs:
        files = _files(compilation, spec.name)
        things = [Thing(file.manifest["kind"], file.manifest["metadata"]["name"]) for file in files]
        picture = draw(things, references(files, "1.36"))
        _is_sound(picture)
        assert {box.thing for box in picture.boxes if not box.outside} == set(things)
