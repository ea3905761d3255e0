"""A field that repeats a default is found, whatever kind it is in; one that says something else is not."""

from __future__ import annotations

import pytest

from tests.rules.defaults import repeated_defaults
from tests.verify.sound_objects import broken

POD = "Deployment/spec/template/spec/"
REPEATED = {
    POD + "containers/0/imagePullPolicy": "IfNotPresent",
    POD + "containers/0/ports/0/protocol": "TCP",
    POD + "containers/0/livenessProbe/httpGet/scheme": "HTTP",
    POD + "restartPolicy": "Always",
    "Deployment/spec/strategy/type": "RollingUpdate",
    "Service/spec/type": "ClusterIP",
}
SAID = {
    POD + "containers/0/imagePullPolicy": "Always",
    POD + "containers/0/ports/0/protocol": "UDP",
    "Service/spec/type": "LoadBalancer",
}


@pytest.mark.parametrize(("path", "value"), REPEATED.items())
def test_a_repeated_default_is_found(path: str, value: str) -> None:
    (place,) = repeated_defaults(broken({"set": {path: value}}))
    assert place.endswith(path.rpartition("/")[2])


@pytest.mark.parametrize(("path", "value"), SAID.items())
def test_what_says_something_is_not(path: str, value: str) -> None:
    assert list(repeated_defaults(broken({"set": {path: value}}))) == []
