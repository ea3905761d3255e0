"""Objects -> fields that only repeat what the API server would fill in: lines that a reviewer has to wonder about.

Rule 34. Numbers that a plan decides (replicas, periods, thresholds) may equal a default and are stated all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.verify.manifests import Manifests
from mlspec.verify.problem import identity, written

DEFAULTS: Mapping[str, object] = {
    "defaultMode": 420,
    "dnsPolicy": "ClusterFirst",
    "enableServiceLinks": True,
    "imagePullPolicy": "IfNotPresent",
    "internalTrafficPolicy": "Cluster",
    "ipFamilyPolicy": "SingleStack",
    "operator": "Equal",
    "protocol": "TCP",
    "revisionHistoryLimit": 10,
    "scheme": "HTTP",
    "schedulerName": "default-scheduler",
    "selectPolicy": "Max",
    "sessionAffinity": "None",
    "successThreshold": 1,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_OF_KINDS = [
    ("Deployment", "spec.strategy.type", "RollingUpdate"),
    ("Deployment", "spec.template.spec.restartPolicy", "Always"),
    ("Service", "spec.type", "ClusterIP"),
]


def repeated_defaults(objects: list[dict[str, Any]]) -> Iterator[str]:
    """`Kind/name path` of each field that repeats a default."""
    for manifest, nodes in Manifests(objects, "1.36").nodes:
        for path, value in nodes:
            place, last = written(path), path[-1] if path else ""
            if (last in DEFAULTS and DEFAULTS[str(last)] == value) or (manifest["kind"], place, value) in _OF_KINDS:
                yield f"{identity(manifest)} {place}"
