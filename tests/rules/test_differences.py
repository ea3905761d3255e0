"""What the API server would print otherwise, drop or fill in is found, in any kind; what says something is not."""

from __future__ import annotations

import pytest

from tests.crds import require_crds
from tests.rules.api_server import filled_in
from tests.rules.differences import differences
from tests.verify.sound_objects import FOLDER, broken, sound

POD = "Deployment/spec/template/spec/"
CONTAINER = POD + "containers/0/"
FOUND = {
    CONTAINER + "imagePullPolicy": "IfNotPresent",
    CONTAINER + "ports/0/protocol": "TCP",
    CONTAINER + "livenessProbe/httpGet/scheme": "HTTP",
    CONTAINER + "livenessProbe/successThreshold": 1,
    CONTAINER + "livenessProbe/initialDelaySeconds": 0,
    CONTAINER + "resources/limits/memory": "8192Mi",
    CONTAINER + "resources/requests/cpu": "1000m",
    CONTAINER + "stdin": False,
    POD + "restartPolicy": "Always",
    POD + "hostNetwork": False,
    POD + "nodeSelector": {},
    POD + "volumes/2/configMap/defaultMode": 420,
    "Deployment/spec/strategy/type": "RollingUpdate",
    "Deployment/spec/minReadySeconds": 0,
    "Service/spec/type": "ClusterIP",
    "Service/spec/ports/0/targetPort": 80,
    "NetworkPolicy/spec/ingress/0/ports/0/protocol": "TCP",
    "NetworkPolicy/spec/policyTypes": ["Ingress"],
    "HorizontalPodAutoscaler/spec/behavior/scaleDown/selectPolicy": "Max",
    "HorizontalPodAutoscaler/spec/behavior/scaleUp": {"selectPolicy": "Max"},
    "ResourceClaimTemplate/spec/spec/devices/requests/0/exactly/count": 1,
    "HTTPRoute/spec/rules/0/backendRefs/0/weight": 1,
    "HTTPRoute/spec/parentRefs/0/kind": "Gateway",
}
SAID = {
    CONTAINER + "imagePullPolicy": "Always",
    CONTAINER + "ports/0/protocol": "UDP",
    CONTAINER + "livenessProbe/periodSeconds": 10,
    CONTAINER + "resources/limits/memory": "8Gi",
    POD + "automountServiceAccountToken": False,
    POD + "volumes/1/emptyDir": {},
    "Deployment/spec/strategy/rollingUpdate/maxSurge": 0,
    "Deployment/metadata/annotations": {"a": ""},
    "Service/spec/type": "LoadBalancer",
    "Service/spec/ports/0/targetPort": "http",
    "NetworkPolicy/spec/policyTypes": ["Ingress", "Egress"],
    "HTTPRoute/spec/rules/0/backendRefs/0/weight": 9,
    "ResourceClaimTemplate/spec/spec/devices/requests/0/exactly/count": 2,
}


@pytest.mark.parametrize("name", [file.stem for file in FOLDER.iterdir()])
def test_nothing_is_found_in_sound_objects(name: str) -> None:
    require_crds()
    assert list(differences(sound(name))) == []


@pytest.mark.parametrize(("path", "value"), FOUND.items())
def test_a_difference_is_found(path: str, value: object) -> None:
    require_crds()
    (place,) = differences(broken({"set": {path: value}}))
    assert path.rpartition("/")[2] in place.partition(":")[0].rpartition("/")[2]


@pytest.mark.parametrize(("path", "value"), SAID.items())
def test_what_says_something_is_none(path: str, value: object) -> None:
    require_crds()
    assert list(differences(broken({"set": {path: value}}))) == []


def test_what_is_said_of_scaling_down_fills_in_scaling_up() -> None:
    (autoscaler,) = (each for each in broken({}) if each["kind"] == "HorizontalPodAutoscaler")
    autoscaler["spec"]["behavior"] = {"scaleDown": {"stabilizationWindowSeconds": 300}}
    filled = {path[2:]: value for path, value in filled_in(autoscaler) if path[:2] == ("spec", "behavior")}
    assert filled.keys() == {("scaleUp",), ("scaleDown",), ("scaleDown", "selectPolicy"), ("scaleDown", "policies")}
    assert filled["scaleUp",] == {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": "Max",
        "policies": [
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ],
    }


@pytest.mark.parametrize(
    ("said", "limit", "replacement"),
    [({}, 6, "TerminatingOrFailed"), ({"podFailurePolicy": {}, "backoffLimitPerIndex": 3}, 2**31 - 1, "Failed")],
)
def test_what_a_job_gets_depends_on_how_it_counts_failures(
    said: dict[str, object], limit: int, replacement: str
) -> None:
    filled = dict(filled_in({"apiVersion": "batch/v1", "kind": "Job", "spec": said}))
    assert filled["spec", "backoffLimit"] == limit
    assert filled["spec", "podReplacementPolicy"] == replacement
