"""Names, labels, sizes and image references -> problems: what the API server refuses only when it is too late."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..manifests import POD_TEMPLATES, Manifests, dig, entries, mapping, text
from ..problem import Path, Problem, identity
from .registry import object_rule

_DNS_1123 = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_DNS_1123_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_DNS_1035 = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?")
_IMAGE = re.compile(
    r"(?:[A-Za-z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?P<digest>@sha256:[0-9a-f]{64})?"
)
_LONGEST_NAME = 63
_LARGEST_CONFIG_MAP = 2**20
_LARGEST_ANNOTATIONS = 256 * 2**10
_DNS_LABELS = ("Service", "Namespace", "LeaderWorkerSet")
"""A LeaderWorkerSet makes a Service of its own name."""
_ANYWHERE = ("Application", "AppProject")
"""Objects of Argo CD itself, which live in its own namespace."""


@object_rule(24, "A name is a DNS label or subdomain of at most 63 characters; a Service's begins with a letter")
def object_names(manifests: Manifests) -> Iterator[Problem]:
    for manifest in manifests:
        name = text(manifest, "metadata", "name")
        syntax = _DNS_1035 if manifest.get("kind") in _DNS_LABELS else _DNS_1123_SUBDOMAIN
        if len(name) > _LONGEST_NAME or not syntax.fullmatch(name):
            said = f"`{name}` is not a name: lower-case letters, digits and hyphens, at most {_LONGEST_NAME}"
            yield Problem(identity(manifest), ("metadata", "name"), said)


@object_rule(24, "Containers, volumes and ports have valid names")
def part_names(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for container in pod.containers:
            if not _is_label(container.name):
                yield container.problem("name", f"`{container.name}` is not a DNS label")
            for index, port in entries(container.spec, "ports"):
                if "name" in port and not _PORT_NAME.fullmatch(str(port["name"])):
                    yield container.problem("ports", index, "name", _bad_port(port["name"]))
        for index, volume in entries(pod.spec, "volumes"):
            if not _is_label(text(volume, "name")):
                yield pod.problem("volumes", index, "name", f"`{volume.get('name')}` is not a DNS label")
    for service in manifests.of("Service"):
        for index, port in entries(service, "spec", "ports"):
            for key in ("name", "targetPort"):
                if isinstance(port.get(key), str) and not _PORT_NAME.fullmatch(port[key]):
                    yield Problem(identity(service), ("spec", "ports", index, key), _bad_port(port[key]))


def _is_label(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and _DNS_1123.fullmatch(name) is not None


def _bad_port(name: Any) -> str:
    return f"`{name}` is not a port name: at most 15 lower-case letters, digits and single hyphens, with a letter"


@object_rule(24, "Labels and annotations have valid keys, labels valid values of at most 63 characters")
def labels(manifests: Manifests) -> Iterator[Problem]:
    for manifest in manifests:
        for path in _LABELLED:
            metadata = mapping(manifest, *path)
            for key, value in mapping(metadata, "labels").items():
                if not _is_key(key):
                    yield Problem(identity(manifest), (*path, "labels", key), "is not a label's key")
                if not isinstance(value, str) or (value and not _LABEL.fullmatch(value)):
                    said = f"`{value}` is not a label's value: at most 63 letters, digits, `-`, `_` and `.`"
                    yield Problem(identity(manifest), (*path, "labels", key), said)
            yield from _annotations(identity(manifest), (*path, "annotations"), mapping(metadata, "annotations"))


_LABELLED: tuple[Path, ...] = (
    ("metadata",),
    ("spec", "jobTemplate", "metadata"),
    *((*path, "metadata") for path in POD_TEMPLATES),
)


def _annotations(name: str, path: Path, annotations: Mapping[str, Any]) -> Iterator[Problem]:
    size = 0
    for key, value in annotations.items():
        size += len(key.encode()) + len(str(value).encode())
        if not _is_key(key.lower()):
            yield Problem(name, (*path, key), "is not an annotation's key")
        if not isinstance(value, str):
            yield Problem(name, (*path, key), "an annotation is text")
    if size > _LARGEST_ANNOTATIONS:
        yield Problem(name, path, f"annotations take {size} bytes; {_LARGEST_ANNOTATIONS} are the most")


def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    return _LABEL.fullmatch(name) is not None and (
        not slash or (len(prefix) <= 253 and _DNS_1123_SUBDOMAIN.fullmatch(prefix) is not None)
    )


@object_rule(24, "All objects live in the environment's namespace, each name once for its kind")
def one_namespace(manifests: Manifests) -> Iterator[Problem]:
    seen: list[tuple[Any, ...]] = []
    first: str | None = None
    for manifest in manifests:
        namespace = text(manifest, "metadata", "namespace")
        group = text(manifest, "apiVersion").rpartition("/")[0]
        key = (group, manifest.get("kind"), namespace, dig(manifest, "metadata", "name"))
        if key in seen:
            yield Problem(identity(manifest), ("metadata", "name"), "is the name of another object of the kind")
        seen.append(key)
        if manifest.get("kind") in _ANYWHERE:
            continue
        first = first or namespace
        if not namespace or namespace != first:
            said = f"must be {first}, as everywhere else" if first else "is missing"
            yield Problem(identity(manifest), ("metadata", "namespace"), said)


@object_rule(26, "A ConfigMap is smaller than 1 MiB")
def config_map_size(manifests: Manifests) -> Iterator[Problem]:
    for config in manifests.of("ConfigMap"):
        content = [*mapping(config, "data").values(), *mapping(config, "binaryData").values()]
        size = sum(len(str(value).encode()) for value in content)
        if size >= _LARGEST_CONFIG_MAP:
            yield Problem(identity(config), ("data",), f"{size} bytes; {_LARGEST_CONFIG_MAP} are refused")


@object_rule(27, "An image is named by a tag other than latest, or by digest")
def images(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for container in pod.containers:
            if message := _bad_image(text(container.spec, "image")):
                yield container.problem("image", message)
        for index, volume in entries(pod.spec, "volumes"):
            if "image" in volume and (message := _bad_image(text(volume, "image", "reference"))):
                yield pod.problem("volumes", index, "image", "reference", message)


def _bad_image(reference: str) -> str | None:
    match = _IMAGE.fullmatch(reference)
    if match is None:
        return f"`{reference}` is not an image reference"
    if match["digest"]:
        return None
    return (
        None if match["tag"] not in (None, "latest") else f"`{reference}` moves: it needs a tag of its own or a digest"
    )
