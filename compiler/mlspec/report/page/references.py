"""The objects of one model in one environment -> which of them refers to which, and to what outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlspec.artifacts.manifest import ManifestFile
from mlspec.verify.manifests import Manifests, dig, items, mapping, text
from mlspec.verify.selector import selects, subset


@dataclass(frozen=True, order=True)
class Thing:
    """An object by its kind and name; without a file it is not of the output."""

    kind: str
    name: str


@dataclass(frozen=True, order=True)
class Reference:
    """`source` names `target`, or selects it by labels."""

    source: Thing
    target: Thing


_NAMED_BY: Mapping[str, str] = {
    "serviceAccountName": "ServiceAccount",
    "resourceClaimTemplateName": "ResourceClaimTemplate",
    "templateName": "AnalysisTemplate",
    "stableService": "Service",
    "canaryService": "Service",
    "claimName": "PersistentVolumeClaim",
    "secretName": "Secret",
}
"""Fields whose value is a name of that kind."""
_OBJECTS: Mapping[str, str] = {
    "configMap": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "imagePullSecrets": "Secret",
    "parentRefs": "Gateway",
    "backendRefs": "Service",
    "service": "Service",
    "endpointPickerRef": "Service",
    "scaleTargetRef": "Deployment",
    "authenticationRef": "TriggerAuthentication",
}
"""Fields that hold a reference, or several, with the kind that is meant where they say none."""
_SELECTING: Mapping[str, tuple[str, ...]] = {
    "PodDisruptionBudget": ("selector",),
    "NetworkPolicy": ("podSelector",),
    "PodMonitor": ("selector",),
    "InferencePool": ("selector",),
}
"""Where an object has the selector of the pods that it is about."""


def thing(manifest: Mapping[str, Any]) -> Thing:
    return Thing(text(manifest, "kind"), text(manifest, "metadata", "name"))


def references(files: Sequence[ManifestFile], minor: str) -> list[Reference]:
    """Each once, in order; an Argo CD Application brings all of them and is left out."""
    manifests = Manifests([file.manifest for file in files], minor)
    found = {
        Reference(thing(manifest), target)
        for manifest in manifests
        if manifest.get("kind") != "Application"
        for target in (*_selected(manifest, manifests), *_named(manifest))
    }
    return sorted(reference for reference in found if reference.source != reference.target)


def _selected(manifest: Mapping[str, Any], manifests: Manifests) -> Iterator[Thing]:
    """By labels: pods, told by the workload that makes them, or a Service."""
    kind = text(manifest, "kind")
    if kind == "Service":
        wanted = mapping(manifest, "spec", "selector")
        yield from (thing(pod.workload) for pod in manifests.pods if wanted and subset(wanted, pod.labels))
    if kind in _SELECTING:
        selector = dig(manifest, "spec", *_SELECTING[kind])
        yield from (thing(pod.workload) for pod in manifests.pods if selects(selector, pod.labels))
    if kind == "ServiceMonitor":
        selector = dig(manifest, "spec", "selector")
        for service in manifests.of("Service"):
            if selects(selector, mapping(service, "metadata", "labels")):
                yield thing(service)


def _named(value: object, key: str = "") -> Iterator[Thing]:
    """By name, however deep."""
    if isinstance(value, str) and key in _NAMED_BY:
        yield Thing(_NAMED_BY[key], value)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item, key)
    elif isinstance(value, dict):
        name = value.get("name")
        if key in _OBJECTS and isinstance(name, str):
            yield Thing(text(value, "kind") or _OBJECTS[key], name)
        for inner, item in value.items():
            yield from _named(item, inner)
    # Strings elsewhere are no references.


def routes(files: Sequence[ManifestFile]) -> list[str]:
    """Where requests come in, as one would type it; the Service inside the cluster last. Those between which a Rollout
    divides the requests are no way in."""
    rollouts = [file.manifest for file in files if file.manifest.get("kind") == "Rollout"]
    behind = {target for rollout in rollouts for target in _named(rollout) if target.kind == "Service"}
    services = [file.manifest for file in files if thing(file.manifest) not in behind]
    return [
        *(route for file in files for route in _routes(file.manifest)),
        *(route for service in services for route in _services(service)),
    ]


def _routes(manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest.get("kind") == "HTTPRoute":
        paths = [text(match, "path", "value") for rule in items(manifest, "spec", "rules") for match in _matches(rule)]
        for host in items(manifest, "spec", "hostnames"):
            yield from dict.fromkeys(f"{host}{path}" for path in paths or ["/"])
    if manifest.get("kind") == "Ingress":
        for rule in items(manifest, "spec", "rules"):
            for path in items(rule, "http", "paths"):
                yield f"{text(rule, 'host')}{text(path, 'path')}"


def _matches(rule: object) -> list[Any]:
    return items(rule, "matches") or [{"path": {"value": "/"}}]


def _services(manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest.get("kind") == "Service":
        where = "load balancer" if text(manifest, "spec", "type") == "LoadBalancer" else "in the cluster"
        host = f"{text(manifest, 'metadata', 'name')}.{text(manifest, 'metadata', 'namespace')}"
        ports = ", ".join(str(port.get("port")) for port in items(manifest, "spec", "ports"))
        yield f"{host}:{ports} ({where})"
