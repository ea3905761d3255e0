"""What pods refer to -> references that resolve nowhere, and names that are there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..manifests import Container, Manifests, Pod, dig, entries, mapping, text
from ..problem import Path, Problem
from ..selector import selects
from .probes import PROBES
from .registry import object_rule


def twice(names: Iterable[Any]) -> list[Any]:
    """Those that occur more than once, each once, in order; what is no plain value is nobody's name."""
    plain = (name for name in names if not isinstance(name, dict | list))
    return [name for name, count in Counter(plain).items() if count > 1]


@object_rule(25, "Names inside a pod are unique")
def pod_names_are_unique(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for name in twice(container.name for container in pod.containers):
            yield pod.problem("containers", f"two containers are called {name}")
        for name in twice(text(volume, "name") for _, volume in entries(pod.spec, "volumes")):
            yield pod.problem("volumes", f"two volumes are called {name}")
        ports = [port for container in pod.containers for _, port in entries(container.spec, "ports")]
        for name in twice(port["name"] for port in ports if "name" in port):
            yield pod.problem("containers", f"two ports are called {name}")
        for port in twice(f"{port.get('containerPort')}/{port.get('protocol', 'TCP')}" for port in ports):
            yield pod.problem("containers", f"two containers listen on {port}")
        for container in pod.containers:
            for name in twice(text(variable, "name") for _, variable in entries(container.spec, "env")):
                yield container.problem("env", f"{name} is set twice")
            for path in twice(
                text(mount, "mountPath").rstrip("/") for _, mount in entries(container.spec, "volumeMounts")
            ):
                yield container.problem("volumeMounts", f"{path} is mounted twice")


@object_rule(25, "A claim is one volume of a pod, however often it is mounted")
def claims_are_one_volume(manifests: Manifests) -> Iterator[Problem]:
    """With two of one claim the kubelet mounts the first, and waits for the other: kubernetes/kubernetes#82526."""
    for pod in manifests.pods:
        claims = (dig(volume, "persistentVolumeClaim", "claimName") for _, volume in entries(pod.spec, "volumes"))
        for claim in twice(claim for claim in claims if claim):
            yield pod.problem("volumes", f"two volumes are the claim {claim}: mount one of them in both places")


@object_rule(25, "A mount has a volume, a probe or hook has a port, a claim is declared")
def parts_resolve(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        volumes = [text(volume, "name") for _, volume in entries(pod.spec, "volumes")]
        claims = [text(claim, "name") for _, claim in entries(pod.spec, "resourceClaims")]
        for container in pod.containers:
            for index, mount in entries(container.spec, "volumeMounts"):
                if mount.get("name") not in volumes:
                    yield container.problem("volumeMounts", index, "name", f"there is no volume {mount.get('name')}")
            for index, claim in entries(container.spec, "resources", "claims"):
                if claim.get("name") not in claims:
                    yield container.problem("resources", "claims", index, f"there is no claim {claim.get('name')}")
            yield from _probe_ports(container)


def _probe_ports(container: Container) -> Iterator[Problem]:
    declared = entries(container.spec, "ports")
    ports = [port.get(key) for _, port in declared for key in ("containerPort", "name")]
    hooks = [("lifecycle", hook) for hook in ("postStart", "preStop")]
    for path in [*((probe,) for probe in PROBES), *hooks]:
        for handler in ("httpGet", "tcpSocket", "grpc"):
            asked = dig(container.spec, *path, handler, "port")
            if asked is not None and asked not in ports:
                yield container.problem(*path, handler, "port", f"the container has no port {asked}")


@object_rule(25, "What a pod mounts or reads is part of the output, or marked as optional")
def pod_sources_resolve(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for path, source in _config_maps(pod):
            yield from _missing_keys(manifests, pod, path, source)
        account = pod.spec.get("serviceAccountName")
        if account and manifests.named("ServiceAccount", account) is None:
            yield pod.problem("serviceAccountName", f"the output has no ServiceAccount {account}")
        for index, claim in entries(pod.spec, "resourceClaims"):
            template = claim.get("resourceClaimTemplateName")
            if template and manifests.named("ResourceClaimTemplate", template) is None:
                yield pod.problem("resourceClaims", index, f"the output has no ResourceClaimTemplate {template}")
        for index, constraint in entries(pod.spec, "topologySpreadConstraints"):
            if not selects(constraint.get("labelSelector"), pod.labels):
                where = ("topologySpreadConstraints", index, "labelSelector")
                yield pod.problem(*where, "does not select the pods themselves")


def _config_maps(pod: Pod) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every reference to a ConfigMap with its path below the pod's spec."""
    for index, volume in entries(pod.spec, "volumes"):
        if "configMap" in volume:
            yield ("volumes", index, "configMap"), mapping(volume, "configMap")
        for part, source in entries(volume, "projected", "sources"):
            if "configMap" in source:
                yield ("volumes", index, "projected", "sources", part, "configMap"), mapping(source, "configMap")
    for container in pod.containers:
        below = container.path[len(pod.path) + 1 :]
        for index, variable in entries(container.spec, "env"):
            if dig(variable, "valueFrom", "configMapKeyRef"):
                yield (*below, "env", index), mapping(variable, "valueFrom", "configMapKeyRef")
        for index, source in entries(container.spec, "envFrom"):
            if "configMapRef" in source:
                yield (*below, "envFrom", index), mapping(source, "configMapRef")


def _missing_keys(manifests: Manifests, pod: Pod, path: Path, source: Mapping[str, Any]) -> Iterator[Problem]:
    if source.get("optional") is True:
        return
    config = manifests.named("ConfigMap", source.get("name"))
    if config is None:
        said = f"the output has no ConfigMap {source.get('name')}; `optional: true` where somebody else makes it"
        yield pod.problem(*path, said)
        return
    named = [source] if "key" in source else [item for _, item in entries(source, "items")]
    for key in (text(item, "key") for item in named):
        if key not in mapping(config, "data") and key not in mapping(config, "binaryData"):
            yield pod.problem(*path, f"the ConfigMap {source['name']} has no key {key}")
