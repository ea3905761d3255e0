"""A strategic merge does what `kubectl patch --type strategic` does; expected results are from its documentation."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.verify.json_patch import PatchFailed
from mlspec.verify.kubernetes_schema import schema_of
from mlspec.verify.strategic_merge import strategic_merge
from tests.verify.sound_objects import sound

SCHEMA = schema_of("apps/v1", "Deployment", "1.36")


def _merged(patch: dict[str, Any]) -> dict[str, Any]:
    manifest = next(manifest for manifest in sound() if manifest["kind"] == "Deployment")
    return strategic_merge(manifest, patch, SCHEMA)


def _in_pod(patch: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = _merged({"spec": {"template": {"spec": patch}}})["spec"]["template"]["spec"]
    return merged


def _named(items: list[dict[str, Any]], key: str = "name") -> list[Any]:
    return [item[key] for item in items]


def test_maps_merge_and_null_removes() -> None:
    merged = _merged({"metadata": {"annotations": {"a": "b"}, "labels": {"mlspec.dev/environment": None}}})
    assert merged["metadata"]["annotations"] == {"a": "b"}
    assert "mlspec.dev/environment" not in merged["metadata"]["labels"]
    assert "app.kubernetes.io/name" in merged["metadata"]["labels"]


def test_containers_merge_by_name_and_stand_in_the_order_of_the_patch() -> None:
    pod = _in_pod({"containers": [{"name": "server", "image": "other:1"}, {"name": "agent", "image": "agent:1"}]})
    assert _named(pod["containers"]) == ["server", "agent"]
    assert pod["containers"][0]["image"] == "other:1"
    assert pod["containers"][0]["env"][0]["name"] == "LEVEL"


def test_containers_of_a_rollout_merge_by_name_too() -> None:
    rollout = next(manifest for manifest in sound("canary") if manifest["kind"] == "Rollout")
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "server", "env": [{"name": "A", "value": "b"}]}]}}}}
    merged = strategic_merge(rollout, patch, schema_of("argoproj.io/v1alpha1", "Rollout", "1.36"))
    (server,) = merged["spec"]["template"]["spec"]["containers"]
    assert (server["image"], server["env"]) == ("fraud:1.0.0", [{"name": "A", "value": "b"}])


def test_environment_merges_by_name_inside_a_container() -> None:
    env = [{"name": "LEVEL", "value": "debug"}, {"name": "NEW", "value": "1"}, {"name": "TOKEN", "$patch": "delete"}]
    pod = _in_pod({"containers": [{"name": "server", "env": env}]})
    assert _named(pod["containers"][0]["env"]) == ["LEVEL", "NEW", "SETTINGS"]
    assert pod["containers"][0]["env"][0]["value"] == "debug"


def test_a_list_that_is_atomic_is_replaced() -> None:
    tolerations = [{"key": "a", "operator": "Exists"}]
    assert _in_pod({"tolerations": tolerations})["tolerations"] == tolerations
    capabilities = _in_pod({"containers": [{"name": "server", "securityContext": {"capabilities": {"drop": ["X"]}}}]})
    assert capabilities["containers"][0]["securityContext"]["capabilities"]["drop"] == ["X"]


def test_a_list_of_scalars_that_merges_has_each_once() -> None:
    merged = _merged({"metadata": {"finalizers": ["a"]}})
    assert strategic_merge(merged, {"metadata": {"finalizers": ["b", "a"]}}, SCHEMA)["metadata"]["finalizers"] == [
        "b",
        "a",
    ]
    without = {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}}
    assert strategic_merge(merged, without, SCHEMA)["metadata"]["finalizers"] == []


def test_a_map_is_replaced_where_the_patch_says_so() -> None:
    assert _merged({"spec": {"strategy": {"$patch": "replace", "type": "Recreate"}}})["spec"]["strategy"] == {
        "type": "Recreate"
    }
    retained = {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}
    assert _merged({"spec": retained})["spec"]["strategy"] == {"type": "Recreate"}


def test_a_map_or_a_list_goes_where_the_patch_says_so() -> None:
    assert "strategy" not in _merged({"spec": {"strategy": {"$patch": "delete"}}})["spec"]
    volumes = [{"$patch": "replace"}, {"name": "one", "emptyDir": {}}]
    assert _in_pod({"volumes": volumes})["volumes"] == [{"name": "one", "emptyDir": {}}]


def test_a_volume_of_another_type_retains_only_what_is_named() -> None:
    volume = {"name": "model", "$retainKeys": ["name", "image"], "image": {"reference": "model:1"}}
    assert _in_pod({"volumes": [volume]})["volumes"][0] == {"name": "model", "image": {"reference": "model:1"}}


def test_what_is_new_has_no_nulls_and_directives() -> None:
    pod = _in_pod({"containers": [{"name": "agent", "image": None, "env": [{"name": "A", "value": None}]}]})
    assert pod["containers"][0] == {"name": "agent", "env": [{"name": "A"}]}


def test_lists_of_a_custom_resource_are_replaced() -> None:
    before = {"spec": {"triggers": [{"type": "cpu"}], "x": 1}}
    assert strategic_merge(before, {"spec": {"triggers": [{"type": "cron"}]}}, None) == {
        "spec": {"triggers": [{"type": "cron"}], "x": 1}
    }


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        (
            {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
            ("spec", "template", "spec", "containers", 0),
        ),
        ({"spec": {"$patch": "append"}}, ("spec", "$patch")),
        ({"spec": {"$setElementOrder/x": []}}, ("spec", "$setElementOrder/x")),
        ({"$patch": "delete"}, ("$patch",)),
        ({"spec": {"$retainKeys": True}}, ("spec", "$retainKeys")),
        (
            {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}},
            ("metadata", "$deleteFromPrimitiveList/finalizers"),
        ),
    ],
)
def test_a_patch_that_does_not_fit_says_where(patch: dict[str, Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(PatchFailed) as failed:
        _merged(patch)
    assert failed.value.path == place
