"""The API's own schemas, every minor: all that is wrong in one manifest, in plain words, at its place."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.verify.kubernetes_schema import schema_of, schema_problems
from tests.verify.sound_objects import FOLDER, broken, sound

MINORS = ("1.33", "1.34", "1.35", "1.36", "1.37")
DEPLOYMENT = "Deployment/spec/template/spec/"
CASES: list[tuple[str, dict[str, Any], str]] = [
    (
        "unknown field",
        {DEPLOYMENT + "priorityClasName": "x"},
        "there is no such field; did you mean priorityClassName?",
    ),
    ("unknown field of nothing near", {DEPLOYMENT + "containers/0/zzz": 1}, "there is no such field"),
    ("field of another kind", {"Deployment/spec/maxReplicas": 3}, "there is no such field"),
    ("text for a number", {"Deployment/spec/replicas": "3"}, "is the text `3`; it must be a whole number"),
    ("number for text", {"Deployment/metadata/labels/x": 3}, "is `3`; it must be text"),
    ("map for a list", {DEPLOYMENT + "containers/0/args": {}}, "is a map; it must be a list"),
    ("text for a flag", {DEPLOYMENT + "hostNetwork": "yes"}, "is the text `yes`; it must be true or false"),
    ("flag for text", {DEPLOYMENT + "nodeName": True}, "is `true`; it must be text"),
    (
        "fraction for a port",
        {DEPLOYMENT + "containers/0/livenessProbe/httpGet/port": 1.5},
        "it must be text or a whole number",
    ),
    ("list for a quantity", {DEPLOYMENT + "containers/0/resources/limits/memory": []}, "it must be text or a number"),
]


def _manifest(case: dict[str, Any], kind: str = "Deployment") -> dict[str, Any]:
    return next(manifest for manifest in broken(case) if manifest["kind"] == kind)


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize("name", [file.stem for file in FOLDER.iterdir()])
def test_sound_manifests_pass_in_every_minor_that_has_their_kinds(name: str, minor: str) -> None:
    problems = [problem for manifest in sound(name) for problem in schema_problems(manifest, minor)]
    unknown = ["apiVersion"] if (name, minor) == ("accelerated", "1.33") else []  # resource.k8s.io/v1 is of 1.34
    assert [problem.place for problem in problems] == unknown


@pytest.mark.parametrize(("change", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_problem_is_told_at_its_place(change: dict[str, Any], says: str) -> None:
    (problem,) = schema_problems(_manifest({"set": change}), "1.36")
    assert problem.object == "Deployment/fraud"
    assert says in problem.message
    assert problem.place.split(".")[-1] == next(iter(change)).rpartition("/")[2]


def test_the_pods_of_a_custom_resource_are_pods_too() -> None:
    path = "Rollout/spec/template/spec/priorityClasName"
    (problem,) = schema_problems(_manifest({"in": "canary", "set": {path: "x"}}, "Rollout"), "1.36")
    assert (problem.object, problem.place) == ("Rollout/fraud", "spec.template.spec.priorityClasName")
    assert "did you mean priorityClassName?" in problem.message


def test_everything_wrong_is_found_at_once() -> None:
    changes = {key: value for _, change, _ in CASES[:8] for key, value in change.items()}
    assert len(schema_problems(_manifest({"set": changes}), "1.36")) == 8


def test_a_missing_field_is_named() -> None:
    (problem,) = schema_problems(_manifest({"remove": [DEPLOYMENT + "containers/0/name"]}), "1.36")
    assert (problem.place, problem.message) == ("spec.template.spec.containers[0].name", "is missing")


@pytest.mark.parametrize(
    ("api_version", "kind", "says"),
    [
        ("apps/v1beta1", "Deployment", "Kubernetes 1.36 has no Deployment in apps/v1beta1"),
        ("v1", "Pods", "has no Pods in v1"),
        ("networking.k8s.io/v2", "Ingress", "has no Ingress"),
        (None, "Ingress", "no apiVersion and kind"),
        ("v1", ["Service"], "no apiVersion and kind"),
    ],
)
def test_a_kind_that_does_not_exist_is_refused(api_version: object, kind: object, says: str) -> None:
    (problem,) = schema_problems({"apiVersion": api_version, "kind": kind}, "1.36")
    assert says in problem.message


def test_a_custom_resource_is_left_to_its_own_schema() -> None:
    assert schema_problems({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "any": 1}, "1.36") == []
    assert schema_of("keda.sh/v1alpha1", "ScaledObject", "1.36") is None


def test_fields_are_those_of_the_minor() -> None:
    manifest = _manifest({"set": {DEPLOYMENT + "hostnameOverride": "x"}})
    assert [problem.message for problem in schema_problems(manifest, "1.33")][:1] != []
    assert schema_problems(manifest, "1.34") == []


def test_a_minor_without_schemas_is_not_guessed() -> None:
    with pytest.raises(LookupError, match=r"1\.99"):
        schema_problems(sound()[0], "1.99")
