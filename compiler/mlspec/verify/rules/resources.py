"""What containers ask of their node -> problems: accelerators, memory, disk, and how quantities are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ..manifests import Container, Manifests, Pod, dig, entries, mapping, text
from ..problem import Path, Problem, identity
from ..quantity import canonical, value
from .registry import object_rule

_MIG = re.compile(r"mig-\d+g\.\d+gb(?:[.-][a-z]+)*")
_QUANTITY_MAPS = ("limits", "requests")
_QUANTITY_FIELDS = ("sizeLimit", "averageValue", "divisor")


def is_extended(resource: str) -> bool:
    """Whether a resource comes from a device plugin, rather than from Kubernetes itself."""
    domain, slash, _ = resource.rpartition("/")
    return bool(slash) and domain != "kubernetes.io" and not domain.endswith(".kubernetes.io")


def accelerators(container: Container) -> dict[str, Any]:
    """The extended resources in a container's limits."""
    limits = mapping(container.spec, "resources", "limits")
    return {resource: amount for resource, amount in limits.items() if is_extended(resource)}


def has_devices(container: Container) -> bool:
    """Whether a container takes devices of its node, as extended resources or by a claim."""
    return bool(accelerators(container) or dig(container.spec, "resources", "claims"))


def amount(quantity: Any) -> Fraction | None:
    """Exact value of a quantity, written as text or as a number."""
    return value(str(quantity)) if isinstance(quantity, str | int | float) else None


@object_rule(1, "An accelerator is asked for in whole pieces, in the limits; requests repeat it or leave it out")
def whole_accelerators(manifests: Manifests) -> Iterator[Problem]:
    for container in (container for pod in manifests.pods for container in pod.containers):
        limits = mapping(container.spec, "resources", "limits")
        requests = mapping(container.spec, "resources", "requests")
        for resource, asked in accelerators(container).items():
            where = ("resources", "limits", resource)
            if not re.fullmatch(r"[1-9]\d*", str(asked)):
                yield container.problem(*where, f"`{asked}` is not a whole number of devices above zero")
        for resource in filter(is_extended, requests):
            if amount(requests[resource]) != amount(limits.get(resource)):
                where = ("resources", "requests", resource)
                yield container.problem(*where, "a device's request must equal its limit, or be left out")


@object_rule(2, "One container of a pod asks for the accelerators, by a name that a device plugin can have")
def one_container_has_accelerators(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        asking = [container for container in pod.containers if accelerators(container)]
        for container in asking[1:]:
            yield container.problem("resources", "limits", f"{asking[0].name} has asked for the accelerators already")
        for container in asking:
            for resource in accelerators(container):
                name = resource.rpartition("/")[2]
                if name.startswith("mig-") and not _MIG.fullmatch(name):
                    yield container.problem("resources", "limits", resource, "is not the name of a MIG profile")


@object_rule(3, "A device is had by an extended resource or by a claim, never both; replicas claim by a template")
def claims(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for container in pod.containers:
            if accelerators(container) and dig(container.spec, "resources", "claims"):
                yield container.problem("resources", "claims", "the container has an extended resource as well")
        for index, claim in entries(pod.spec, "resourceClaims"):
            if "resourceClaimName" in claim:
                yield pod.problem("resourceClaims", index, "every replica would share one claim; name a template")


@object_rule(5, "A container requests CPU and memory; its memory limit is the request")
def memory_request_is_limit(manifests: Manifests) -> Iterator[Problem]:
    for container in (container for pod in manifests.pods for container in pod.containers):
        requests = mapping(container.spec, "resources", "requests")
        limits = mapping(container.spec, "resources", "limits")
        if "cpu" not in requests:
            yield container.problem("resources", "requests", "requests no CPU")
        if "memory" not in requests or "memory" not in limits:
            yield container.problem("resources", "memory needs a request and a limit")
        elif amount(requests["memory"]) != amount(limits["memory"]):
            said = f"{requests['memory']} are requested and {limits['memory']} are the limit; they must be the same"
            yield container.problem("resources", "limits", "memory", said)
        for resource in ("cpu", "ephemeral-storage"):
            request, limit = amount(requests.get(resource)), amount(limits.get(resource))
            if request is not None and limit is not None and request > limit:
                yield container.problem("resources", "requests", resource, "is over the limit")


@object_rule(6, "A memory-backed volume has a size, and all of them fit into the memory limit")
def memory_volumes_fit(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        sizes: dict[str, Fraction] = {}
        for index, volume in entries(pod.spec, "volumes"):
            if dig(volume, "emptyDir", "medium") == "Memory":
                size = amount(dig(volume, "emptyDir", "sizeLimit"))
                if size is None:
                    yield pod.problem("volumes", index, "emptyDir", "a volume in memory needs a sizeLimit")
                sizes[text(volume, "name")] = size or Fraction(0)
        for container in pod.running:
            mounted = {text(mount, "name") for _, mount in entries(container.spec, "volumeMounts")}
            limit = amount(dig(container.spec, "resources", "limits", "memory"))
            used = sum((size for name, size in sizes.items() if name in mounted), start=Fraction(0))
            if limit is not None and used > limit:
                yield container.problem("volumeMounts", "its volumes in memory exceed the memory limit")


@object_rule(7, "A pod that downloads into a volume requests and limits ephemeral storage")
def downloads_have_storage(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for container in pod.containers:
            if not container.starts_before or not _writes_to_disk(pod, container):
                continue
            for part in _QUANTITY_MAPS:
                if not dig(container.spec, "resources", part, "ephemeral-storage"):
                    said = "is missing: the container fills a volume"
                    yield container.problem("resources", part, "ephemeral-storage", said)


def _writes_to_disk(pod: Pod, container: Container) -> bool:
    """Whether it shares an emptyDir on disk with a container that runs later."""
    disks = {
        text(volume, "name")
        for _, volume in entries(pod.spec, "volumes")
        if "emptyDir" in volume and dig(volume, "emptyDir", "medium") != "Memory"
    }
    mine = {text(mount, "name") for _, mount in entries(container.spec, "volumeMounts") if not mount.get("readOnly")}
    later = {text(mount, "name") for other in pod.running for _, mount in entries(other.spec, "volumeMounts")}
    return bool(disks & mine & later)


@object_rule(8, "A quantity is written as the API server prints it")
def canonical_quantities(manifests: Manifests) -> Iterator[Problem]:
    for manifest, nodes in manifests.nodes:
        if {"template", "jobTemplate"} & {*mapping(manifest, "spec")} or manifest.get(
            "kind"
        ) in _BUILT_IN_WITH_QUANTITIES:
            for path, quantity in nodes:
                if _is_quantity(path) and (message := _not_canonical(quantity)):
                    yield Problem(identity(manifest), path, message)


_BUILT_IN_WITH_QUANTITIES = ("HorizontalPodAutoscaler", "PersistentVolumeClaim", "ResourceQuota", "LimitRange")


def _is_quantity(path: Path) -> bool:
    if len(path) < 2:
        return False
    return (path[-2] in _QUANTITY_MAPS and path[-1] != "claims") or (
        path[-1] in _QUANTITY_FIELDS or (path[-1] == "value" and path[-2] == "target")
    )


def _not_canonical(quantity: Any) -> str | None:
    if isinstance(quantity, dict | list) or quantity is None:
        return None
    printed = canonical(str(quantity))
    if printed is None:
        return f"`{quantity}` is not a quantity: a number with one of n u m k M G T P E Ki Mi Gi Ti Pi Ei"
    if not isinstance(quantity, str):
        return f'is a number; the API server prints the text "{printed}"'
    return f"`{quantity}` is printed as `{printed}` by the API server" if printed != quantity else None
