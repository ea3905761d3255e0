"""An object -> what the API server would fill in, print otherwise or leave out when it stores and returns it.

How far it goes. For built-in kinds: every default of `pkg/apis/*/v*/defaults.go` for the kinds that are emitted, each
with its place (they are the same from Kubernetes 1.33 to 1.37); quantities in canonical form; scalars of Go's zero
value and empty maps and lists, which `omitempty` drops, but for those behind a pointer. For custom resources: the
defaults that the definition itself states, and the fields that it does not know, which are pruned. Not in it: what
admission webhooks and controllers write (`clusterIP`, `nodeName`), defaults that only a Pod gets and no template
(`enableServiceLinks`, requests from limits), and rules in CEL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.verify.manifests import dig
from mlspec.verify.problem import Path
from mlspec.verify.quantity import canonical
from tests.crds import definition_of

Manifest = Mapping[str, Any]
Row = tuple[str, object]
"""A field, and its default or a function that has it from what holds the field."""

_PROBE: tuple[Row, ...] = (
    ("timeoutSeconds", 1),
    ("periodSeconds", 10),
    ("successThreshold", 1),
    ("failureThreshold", 3),
    ("httpGet.path", "/"),
    ("httpGet.scheme", "HTTP"),
)
_CONTAINER: tuple[Row, ...] = (
    ("imagePullPolicy", "IfNotPresent"),
    ("terminationMessagePath", "/dev/termination-log"),
    ("terminationMessagePolicy", "File"),
    ("ports.*.protocol", "TCP"),
    ("env.*.valueFrom.fieldRef.apiVersion", "v1"),
    ("lifecycle.*.httpGet.path", "/"),
    ("lifecycle.*.httpGet.scheme", "HTTP"),
    *(
        (f"{probe}.{path}", value)
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        for path, value in _PROBE
    ),
)
_POD: tuple[Row, ...] = (
    ("dnsPolicy", "ClusterFirst"),
    ("restartPolicy", "Always"),
    ("schedulerName", "default-scheduler"),
    ("terminationGracePeriodSeconds", 30),
    ("securityContext", {}),
    ("volumes.*.configMap.defaultMode", 420),
    ("volumes.*.secret.defaultMode", 420),
    ("volumes.*.projected.defaultMode", 420),
    ("volumes.*.downwardAPI.defaultMode", 420),
    ("volumes.*.hostPath.type", ""),
    ("volumes.*.image.pullPolicy", "IfNotPresent"),
    *((f"{group}.*.{path}", value) for group in ("containers", "initContainers") for path, value in _CONTAINER),
)


def _backoff_limit(job: Manifest) -> int:
    return 2**31 - 1 if "backoffLimitPerIndex" in job else 6


def _replacement(job: Manifest) -> str:
    return "Failed" if "podFailurePolicy" in job else "TerminatingOrFailed"


_JOB: tuple[Row, ...] = (
    ("backoffLimit", _backoff_limit),
    ("podReplacementPolicy", _replacement),
    ("podFailurePolicy.rules.*.onPodConditions.*.status", "True"),
    ("manualSelector", False),
    ("completionMode", "NonIndexed"),
    ("suspend", False),
    ("parallelism", 1),
    *((f"template.spec.{path}", value) for path, value in _POD if path != "restartPolicy"),
)
_SCALE_UP = (
    ("stabilizationWindowSeconds", 0),
    ("selectPolicy", "Max"),
    (
        "policies",
        [{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}],
    ),
)
_SCALE_DOWN = (
    ("selectPolicy", "Max"),
    ("policies", [{"type": "Percent", "value": 100, "periodSeconds": 15}]),
)
"""Without a window: that is what the controller was started with."""
DEFAULTS: Mapping[str, tuple[Row, ...]] = {
    "Deployment": (
        ("spec.replicas", 1),
        ("spec.revisionHistoryLimit", 10),
        ("spec.progressDeadlineSeconds", 600),
        ("spec.strategy.type", "RollingUpdate"),
        ("spec.strategy.rollingUpdate.maxSurge", "25%"),
        ("spec.strategy.rollingUpdate.maxUnavailable", "25%"),
        *((f"spec.template.spec.{path}", value) for path, value in _POD),
    ),
    "Service": (
        ("spec.type", "ClusterIP"),
        ("spec.sessionAffinity", "None"),
        ("spec.internalTrafficPolicy", "Cluster"),
        ("spec.externalTrafficPolicy", "Cluster"),
        ("spec.allocateLoadBalancerNodePorts", True),
        ("spec.ipFamilyPolicy", "SingleStack"),
        ("spec.ports.*.protocol", "TCP"),
    ),
    "NetworkPolicy": (
        ("spec.policyTypes", ["Ingress"]),
        ("spec.ingress.*.ports.*.protocol", "TCP"),
        ("spec.egress.*.ports.*.protocol", "TCP"),
    ),
    "HorizontalPodAutoscaler": (
        ("spec.minReplicas", 1),
        # As soon as anything is said of one direction, both are filled in.
        ("spec.behavior.scaleUp", dict(_SCALE_UP)),
        ("spec.behavior.scaleDown", dict(_SCALE_DOWN)),
        *((f"spec.behavior.scaleUp.{path}", value) for path, value in _SCALE_UP),
        *((f"spec.behavior.scaleDown.{path}", value) for path, value in _SCALE_DOWN),
    ),
    "ResourceClaimTemplate": (
        ("spec.spec.devices.requests.*.exactly.allocationMode", "ExactCount"),
        ("spec.spec.devices.requests.*.exactly.count", 1),
    ),
    "PersistentVolumeClaim": (("spec.volumeMode", "Filesystem"),),
    "Job": tuple((f"spec.{path}", value) for path, value in _JOB),
    "CronJob": (
        ("spec.concurrencyPolicy", "Allow"),
        ("spec.suspend", False),
        ("spec.successfulJobsHistoryLimit", 3),
        ("spec.failedJobsHistoryLimit", 1),
        *((f"spec.jobTemplate.spec.{path}", value) for path, value in _JOB),
    ),
    "ConfigMap": (),
    "Ingress": (),
    "PodDisruptionBudget": (),
    "ServiceAccount": (),
}
"""Fields by kind; `*` is any item or key. A field is filled in where what holds it is there."""

_POINTERS = frozenset(
    [
        "allowPrivilegeEscalation",
        "automountServiceAccountToken",
        "backoffLimit",
        "backoffLimitPerIndex",
        "enableServiceLinks",
        "maxFailedIndexes",
        "maxSurge",
        "maxUnavailable",
        "minReplicas",
        "optional",
        "privileged",
        "readOnlyRootFilesystem",
        "replicas",
        "runAsGroup",
        "runAsNonRoot",
        "runAsUser",
        "seconds",
        "stabilizationWindowSeconds",
        "suspend",
        "terminationGracePeriodSeconds",
        "tolerationSeconds",
        "ttlSecondsAfterFinished",
    ]
)
"""Fields in which 0, false or an empty text is kept: a pointer in Go, or a field that must be there."""
_STRUCTS = frozenset(["emptyDir", "podSelector", "namespaceSelector", "labelSelector", "selector"])
"""Fields in which an empty map is kept: a pointer to a struct, where `{}` says something."""
_QUANTITIES = frozenset(["limits", "requests"])
_QUANTITY = frozenset(["sizeLimit", "averageValue", "divisor"])


def is_built_in(manifest: Manifest) -> bool:
    """Whether Kubernetes itself has the kind; otherwise a definition describes it."""
    return "." not in str(manifest["apiVersion"]).partition("/")[0] or str(manifest["apiVersion"]).startswith(
        ("networking.k8s.io/", "resource.k8s.io/")
    )


def filled_in(manifest: Manifest) -> Iterator[tuple[Path, object]]:
    """Every field that the server would give a value, with the value, whether or not the object has it.

    LookupError for a kind of which nothing is known.
    """
    if not is_built_in(manifest):
        yield from _of_definition(definition_of(manifest), manifest, ())
        return
    for pattern, value in DEFAULTS[str(manifest["kind"])]:
        for path in _places(manifest, pattern.split(".")):
            yield path, value(dig(manifest, *path[:-1])) if callable(value) else value
    if manifest["kind"] == "Service":
        for path in _places(manifest, ["spec", "ports", "*", "targetPort"]):
            yield path, dig(manifest, *path[:-1], "port")


def _places(value: Any, steps: list[str], path: Path = ()) -> Iterator[Path]:
    if len(steps) == 1:
        if isinstance(value, Mapping):
            yield (*path, steps[0])
        return
    if isinstance(value, Mapping):
        keys: list[Any] = list(value) if steps[0] == "*" else [key for key in value if key == steps[0]]
    else:
        keys = list(range(len(value))) if isinstance(value, list) and steps[0] == "*" else []
    for key in keys:
        yield from _places(value[key], steps[1:], (*path, key))


def _of_definition(schema: Mapping[str, Any], value: Any, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(value, Mapping):
        for key, inner in schema.get("properties", {}).items():
            if "default" in inner:
                yield (*path, key), inner["default"]
            if key in value:
                yield from _of_definition(inner, value[key], (*path, key))
        other = schema.get("additionalProperties")
        for key in value if isinstance(other, Mapping) else ():
            yield from _of_definition(other or {}, value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _of_definition(schema.get("items", {}), item, (*path, index))


def printed_otherwise(manifest: Manifest) -> Iterator[tuple[Path, str]]:
    """Every field of a built-in kind that the server drops or writes in another form, with what becomes of it."""
    if is_built_in(manifest):
        for key in manifest.keys() & {"metadata", "spec"}:
            yield from _otherwise(manifest[key], (key,))


def _otherwise(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    last = path[-1]
    if isinstance(value, Mapping | list):
        if not value and last not in _STRUCTS and not isinstance(last, int):
            yield path, "is empty and dropped"
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            # Labels, annotations and the like are texts by name: an empty one stays.
            if not _is_free(path):
                yield from _otherwise(item, (*path, key))
    elif value is None:
        yield path, "is null and dropped"
    elif _is_quantity(path) and canonical(str(value)) != value:
        yield path, f"is printed as {canonical(str(value))!r}"
    elif value in (0, "", False) and last not in _POINTERS and not _is_quantity(path):
        yield path, "is a zero value and dropped"


def _is_free(path: Path) -> bool:
    return path[-1] in ("labels", "annotations", "matchLabels", "nodeSelector", "data", "selector") and len(path) > 1


def _is_quantity(path: Path) -> bool:
    return path[-1] in _QUANTITY or (len(path) > 1 and path[-2] in _QUANTITIES)
