"""What runs in each pod of a model, where, and how it starts and stops, as data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .objects import Labels, Manifest

MODEL_VOLUME = "model"
"""The volume of a model that is not in the image."""


class Container(Struct, frozen=True):
    """The server's container."""

    name: str
    image: str
    port: int
    port_name: str
    env: tuple[Manifest, ...]
    """EnvVar objects of Kubernetes, sorted by name."""
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    """Canonical quantities; an extended resource stands in the limits alone."""
    user_id: int
    shared_memory: str | None
    """Size limit of /dev/shm, None for the runtime's own 64 MiB."""
    temporary_storage: str
    """Size limit of /tmp."""
    settings_path: str | None
    """Folder where the settings are mounted; None for a server that reads none."""
    args: tuple[str, ...] = ()
    """Of the image's entry point."""


class NodeGroup(Struct, frozen=True):
    """Several pods, each on a node of its own, that are one replica together: the first answers, the others compute."""

    size: int
    worker_args: tuple[str, ...]
    leader_label: Labels
    """Which of the pods answer: a label of theirs that no other has."""
    worker_labels: Labels
    """Of the pods that only compute, in place of those of every object."""
    group_label: str
    """The label whose value the pods of one replica have in common."""
    topology_key: str
    """Within one such place the pods of a replica are near each other."""


class DeviceClaim(Struct, frozen=True):
    """Devices by dynamic resource allocation; each pod gets a ResourceClaim of its own from the template."""

    name: str
    """In the pod, and of the only request in the claim."""
    template: str
    """Of the ResourceClaimTemplate."""
    device_class: str
    count: int
    selectors: tuple[str, ...]
    """CEL; a device has to meet them all."""


class Fetch(Struct, frozen=True):
    """The init container that brings the model, from the server's own image."""

    name: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[Manifest, ...]
    """Of this container alone: the credentials of the store are none of the server's business."""
    requests: Mapping[str, str]
    limits: Mapping[str, str]


class ModelVolume(Struct, frozen=True):
    """A model that is not in the image; the server only reads it."""

    mount_path: str
    source: Manifest
    """The volume, but for its name."""
    fetch: Fetch | None
    """None for a model that is there when the pod starts."""


class Placement(Struct, frozen=True):
    """Which nodes the pods may run on."""

    node_selector: Mapping[str, str]
    tolerations: tuple[Manifest, ...]
    topology_keys: tuple[str, ...]
    """Spread over each of these, where it can be."""
    image_pull_secrets: tuple[str, ...]


class Probe(Struct, frozen=True):
    """An HTTP probe; seconds."""

    path: str
    period: int
    timeout: int
    failures: int


class Lifecycle(Struct, frozen=True):
    """How a pod starts and stops; seconds."""

    startup: Probe
    liveness: Probe
    readiness: Probe
    pre_stop: int
    grace_period: int
    progress_deadline: int
    startup_budget: int
    """The longest start that the start-up probe allows."""
    delivery_budget: int = 0
    """The longest that the model may take to arrive, before the server starts."""

    @property
    def ready_budget(self) -> int:
        """From a pod on its node, image included, to one that answers."""
        return self.delivery_budget + self.startup_budget
