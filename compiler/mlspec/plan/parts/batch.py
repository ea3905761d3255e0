"""How a model scores stored rows, as data."""

from __future__ import annotations

from msgspec import Struct

from .network import NetworkAccess
from .objects import Labels, Manifest


class BatchSchedule(Struct, frozen=True):
    """When runs begin."""

    cron: str
    time_zone: str
    starting_deadline: int
    """Seconds after which a run that could not begin is given up."""


class BatchVolume(Struct, frozen=True):
    """A model that is not in the image, or a claim that the input is read from, the output written to, or both."""

    name: str
    source: Manifest
    """The volume, but for its name."""


class BatchMount(Struct, frozen=True):
    """Where the container that scores has a volume."""

    volume: str
    mount_path: str
    read_only: bool


class Batch(Struct, frozen=True):
    """Stored rows that a Job scores; the image, its resources and its nodes are the server's."""

    name: str
    """Of every object, but that the name of a Job without schedule goes on with a digest."""
    labels: Labels
    """On every object and on the pods."""
    selector: Labels
    """Others than the server's: a Service must never send requests here."""
    container: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[Manifest, ...]
    pod_labels: Labels
    """Of the pods alone: by which a cloud knows them."""
    pod_annotations: Labels
    account_annotations: Labels
    """Of the pods' own ServiceAccount."""
    metrics_port: int
    metrics_port_name: str
    volumes: tuple[BatchVolume, ...]
    mounts: tuple[BatchMount, ...]
    shards: int
    parallelism: int
    retries: int
    """Of each shard."""
    hopeless: int
    """The exit status after which another attempt would end the same way."""
    deadline: int
    """Seconds that a run may take."""
    keep_finished: int | None
    """Seconds after which a finished Job is removed; None where Argo CD would start it again."""
    schedule: BatchSchedule | None
    """None: one run, as soon as it is applied."""
    queue: str | None
    """The LocalQueue of Kueue."""
    network: NetworkAccess
