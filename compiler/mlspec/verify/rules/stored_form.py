"""The objects as the API server would return them -> what it would drop, add or change, so that no diff remains."""

from __future__ import annotations

from collections.abc import Iterator

from ..manifests import POD_TEMPLATES, Manifests, entries, mapping
from ..problem import Path, Problem, identity
from .registry import object_rule

_SERVER_OWNED = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
_EMPTY_MEANS_SOMETHING = frozenset(
    {"emptyDir", "podSelector", "namespaceSelector", "automated", "labelSelector", "selector"}
)
"""Fields whose empty map is kept by the API server, since it selects everything or chooses a variant."""


@object_rule(34, "No null, no empty map or list: the API server drops them, and Argo CD shows the difference for ever")
def nothing_is_empty(manifests: Manifests) -> Iterator[Problem]:
    for manifest, nodes in manifests.nodes:
        for path, value in nodes:
            if value is None:
                yield Problem(identity(manifest), path, "is null; leave it out")
            elif (value == {} or value == []) and not _kept(path):
                yield Problem(identity(manifest), path, "is empty; leave it out")


def _kept(path: Path) -> bool:
    """Whether the API server keeps an empty map there; the data of a ConfigMap are not its fields."""
    return bool(path) and (path[-1] in _EMPTY_MEANS_SOMETHING or isinstance(path[-1], int))


@object_rule(34, "No status, and nothing in the metadata that the API server writes by itself")
def nothing_of_the_server(manifests: Manifests) -> Iterator[Problem]:
    for manifest in manifests:
        if "status" in manifest:
            yield Problem(identity(manifest), ("status",), "is the cluster's to write")
        for path in (("metadata",), *((*template, "metadata") for template in POD_TEMPLATES)):
            for key in _SERVER_OWNED:
                if key in mapping(manifest, *path):
                    yield Problem(identity(manifest), (*path, key), "is the API server's to write")


@object_rule(34, "What must be text is text: settings and environment variables")
def text_is_text(manifests: Manifests) -> Iterator[Problem]:
    for manifest in manifests.of("ConfigMap"):
        for key, value in mapping(manifest, "data").items():
            if not isinstance(value, str):
                yield Problem(identity(manifest), ("data", key), f"is {type(value).__name__}; a ConfigMap holds text")
    for pod in manifests.pods:
        for container in pod.containers:
            for index, variable in entries(container.spec, "env"):
                value = variable.get("value", "")
                if not isinstance(value, str):
                    yield container.problem("env", index, "value", f"is {type(value).__name__}; it must be text")
