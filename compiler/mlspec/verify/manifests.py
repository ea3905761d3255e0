"""The objects of one model in one environment -> the views that rules ask about: kinds, pods, containers, nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from .problem import Manifest, Path, Problem, identity


def dig(value: Any, *path: str | int) -> Any:
    """The value below `path`; None where any step is missing or of another shape."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def entries(value: Any, *path: str | int) -> list[tuple[int, Any]]:
    """The mappings of the list below `path`, each with its index; empty where there is no list."""
    return [(index, item) for index, item in enumerate(items(value, *path)) if isinstance(item, dict)]


def items(value: Any, *path: str | int) -> list[Any]:
    """The list below `path`; empty where there is none."""
    found = dig(value, *path)
    return found if isinstance(found, list) else []


def texts(value: Any, *path: str | int) -> list[str]:
    """The strings of the list below `path`."""
    return [item for item in items(value, *path) if isinstance(item, str)]


def mapping(value: Any, *path: str | int) -> Mapping[str, Any]:
    """The mapping below `path`; empty where there is none."""
    found = dig(value, *path)
    return found if isinstance(found, Mapping) else {}


def number(value: Any, *path: str | int, default: int = 0) -> int:
    """The whole number below `path`; `default` (the API server's own) where there is none."""
    found = dig(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def text(value: Any, *path: str | int) -> str:
    """The string below `path`; empty where there is none."""
    found = dig(value, *path)
    return found if isinstance(found, str) else ""


POD_TEMPLATES: tuple[Path, ...] = (
    ("spec", "template"),
    ("spec", "leaderWorkerTemplate", "leaderTemplate"),
    ("spec", "leaderWorkerTemplate", "workerTemplate"),
    ("spec", "jobTemplate", "spec", "template"),
)
"""Where workloads have the templates of their pods: built-in ones, a LeaderWorkerSet, and a CronJob."""


class Container(Struct, frozen=True):
    """A container of a pod template; `starts_before` is true for one that ends before the others start."""

    pod: Pod
    path: Path
    spec: Mapping[str, Any]
    starts_before: bool

    @property
    def name(self) -> str:
        return text(self.spec, "name") or "?"

    def problem(self, *path_and_message: str | int) -> Problem:
        """What is wrong below this container: the path's steps, then the message."""
        *path, message = path_and_message
        return Problem(self.pod.object, (*self.path, *path), f"{message}")


class Pod(Struct, frozen=True, dict=True):
    """The pod template of a workload."""

    workload: Manifest
    path: Path
    template: Mapping[str, Any]

    @cached_property
    def object(self) -> str:
        return identity(self.workload)

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        return mapping(self.template, "spec")

    @cached_property
    def labels(self) -> Mapping[str, Any]:
        return mapping(self.template, "metadata", "labels")

    @cached_property
    def containers(self) -> list[Container]:
        """Every container; init containers first, as they run."""
        return [
            Container(self, (*self.path, "spec", group, index), spec, starts_before)
            for group in ("initContainers", "containers")
            for index, spec in entries(self.spec, group)
            for starts_before in [group == "initContainers" and spec.get("restartPolicy") != "Always"]
        ]

    @cached_property
    def running(self) -> list[Container]:
        """The containers that live as long as the pod: the ordinary ones and native sidecars."""
        return [container for container in self.containers if not container.starts_before]

    @property
    def runs_to_completion(self) -> bool:
        """Whether it is a Job's: it ends by itself, and nobody sends it requests."""
        return self.workload.get("kind") in ("Job", "CronJob")

    @cached_property
    def servers(self) -> list[Container]:
        """The containers that take requests on a port; that of a Job only tells Prometheus how far it is."""
        if self.runs_to_completion:
            return []
        return [container for container in self.containers if container.spec.get("ports")]

    def problem(self, *path_and_message: str | int) -> Problem:
        """What is wrong in the template's pod spec: the path's steps below it, then the message."""
        *path, message = path_and_message
        return Problem(self.object, (*self.path, "spec", *path), f"{message}")


class Manifests:
    """The objects of one model in one environment, for clusters of one Kubernetes minor (`1.35`)."""

    def __init__(self, objects: Sequence[Manifest], minor: str) -> None:
        self.objects = objects
        self.minor = tuple(int(part) for part in minor.split("."))

    def __iter__(self) -> Iterator[Manifest]:
        return iter(self.objects)

    def of(self, *kinds: str) -> list[Manifest]:
        return [manifest for manifest in self.objects if manifest.get("kind") in kinds]

    def named(self, kind: str, name: Any) -> Manifest | None:
        return next((manifest for manifest in self.of(kind) if dig(manifest, "metadata", "name") == name), None)

    @cached_property
    def pods(self) -> list[Pod]:
        """The pod template of every workload, built in or custom; of several the one first whose pods answer."""
        found = ((manifest, path, dig(manifest, *path)) for manifest in self.objects for path in POD_TEMPLATES)
        return [
            Pod(manifest, path, template)
            for manifest, path, template in found
            if isinstance(template, Mapping) and "containers" in mapping(template, "spec")
        ]

    @cached_property
    def autoscalers(self) -> list[Manifest]:
        return self.of("HorizontalPodAutoscaler", "ScaledObject")

    @cached_property
    def applications(self) -> list[Manifest]:
        """The Applications of Argo CD that bring the pods, by the namespace that they go to."""
        namespaces = {text(pod.workload, "metadata", "namespace") for pod in self.pods}
        return [
            found for found in self.of("Application") if text(found, "spec", "destination", "namespace") in namespaces
        ]

    def pod_of(self, reference: Mapping[str, Any]) -> Pod | None:
        """The pod template of the workload that a scale target reference names."""
        wanted = (reference.get("kind", "Deployment"), reference.get("name"))
        return next(
            (pod for pod in self.pods if (pod.workload.get("kind"), dig(pod.workload, "metadata", "name")) == wanted),
            None,
        )

    @cached_property
    def nodes(self) -> list[tuple[Manifest, list[tuple[Path, Any]]]]:
        """Every value of every object with its path, each object once."""
        return [(manifest, list(_walk(manifest))) for manifest in self.objects]


def _walk(root: Any) -> Iterator[tuple[Path, Any]]:
    todo: list[tuple[Path, Any]] = [((), root)]
    while todo:
        path, value = todo.pop()
        yield path, value
        if isinstance(value, dict):
            todo.extend([((*path, key), item) for key, item in value.items()])
        elif isinstance(value, list):
            todo.extend([((*path, index), item) for index, item in enumerate(value)])
