"""ResolvedSpec -> what the server's container asks of its node, and which nodes it may run on."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.environment import CatalogueEntry
from mlspec.spec.resources import Accelerator

from . import quantities
from .context import model_size
from .delivery import least_storage
from .formats import FORMATS
from .memory import server_memory
from .plan import Labels, Manifest, Placement

_SHARED = ".shared"
_RUNTIMES_OWN = 64 * 2**20
"""Bytes of /dev/shm that every container runtime gives."""
_TOPOLOGY = ("kubernetes.io/hostname", "topology.kubernetes.io/zone")


def catalogue_entry(resolved: ResolvedSpec) -> CatalogueEntry | None:
    """What the environment says of the accelerator that the model asks for."""
    accelerator = resolved.spec.resources.accelerator
    return resolved.environment.spec.accelerators.get(accelerator.type) if accelerator else None


def is_nvidia(entry: CatalogueEntry) -> bool:
    """Whether NVIDIA's exporter measures the card."""
    return "nvidia" in (entry.claim.device_class if entry.claim else entry.resource.partition("/")[0])


def is_shared(entry: CatalogueEntry) -> bool:
    """Whether several pods take turns on one card.

    Source: `renameByDefault` in the documentation of NVIDIA's device plugin: a shared resource ends with `.shared`.
    """
    return entry.claim is None and entry.resource.endswith(_SHARED)


def extended_resource(accelerator: Accelerator, entry: CatalogueEntry) -> str:
    """The resource by which the device plugin announces what the model asks for.

    Source: "MIG Strategies" of the NVIDIA device plugin: under *mixed* each profile is a resource of its own.
    """
    if accelerator.mig and entry.mig_strategy == "mixed":
        vendor, shared = entry.resource.partition("/")[0], _SHARED if is_shared(entry) else ""
        return f"{vendor}/mig-{accelerator.mig.replace('+', '.')}{shared}"
    return str(entry.resource)


def devices(accelerator: Accelerator) -> int:
    """How many cards or slices one replica takes, on all its nodes."""
    return int(accelerator.count * accelerator.nodes)


def plan_requests(resolved: ResolvedSpec) -> Labels:
    """CPU, memory and disk; an extended resource is left to the limits."""
    resources = resolved.spec.resources
    requests = {"cpu": quantities.cpu(resources.cpu), "memory": quantities.size(resources.memory)}
    # A pod's limit is that of its containers, and counts the volumes on disk: the server's must hold the model, too.
    storage = resources.ephemeral_storage or least_disk(resolved)
    if storage:
        requests["ephemeral-storage"] = quantities.size(storage)
    return requests


def least_disk(resolved: ResolvedSpec) -> int | None:
    """Bytes that a pod needs at least whose model is fetched."""
    return least_storage(resolved, FORMATS[resolved.spec.model.format].temporary_storage)


def plan_limits(resolved: ResolvedSpec) -> Labels:
    """Memory and disk as requested, accelerators, and no CPU: a limit there only throttles what would be idle."""
    limits = {key: value for key, value in plan_requests(resolved).items() if key != "cpu"}
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator and entry and not entry.claim:
        limits[extended_resource(accelerator, entry)] = str(accelerator.count)
    return limits


def temporary_storage(resolved: ResolvedSpec) -> str:
    """Size limit of /tmp, the one place where the server may write."""
    most = FORMATS[resolved.spec.model.format].temporary_storage
    return quantities.size(min(most, resolved.spec.resources.ephemeral_storage or most))


def shared_memory(resolved: ResolvedSpec) -> str | None:
    """Size limit of /dev/shm, None for the container runtime's own 64 MiB.

    By default, where the format has use for it, a quarter of the memory that server and model leave: what processes
    share counts against that memory, and the default must never take all of it.
    """
    size = resolved.spec.resources.shared_memory or _default_shared_memory(resolved)
    return quantities.size(size) if size else None


def _default_shared_memory(resolved: ResolvedSpec) -> int:
    """Whole mebibytes; 0 where the format has no use for more than 64 MiB, or so little is left anyway."""
    resources = resolved.spec.resources
    row = FORMATS[resolved.spec.model.format]
    left = resources.memory - server_memory(resolved) - (0 if resources.accelerator else model_size(resolved))
    size = min(row.shared_memory, left // 4) >> 20 << 20
    return size if size > _RUNTIMES_OWN else 0


def plan_placement(resolved: ResolvedSpec) -> Placement:
    """Nodes that have the accelerator, spread over nodes and zones."""
    entry = catalogue_entry(resolved)
    return Placement(
        node_selector=dict(sorted(entry.node_selector.items())) if entry else {},
        tolerations=tuple(_toleration(item.model_dump(exclude_none=True)) for item in entry.tolerations)
        if entry
        else (),
        # The pods of one replica belong together, and spreading them over zones would tear it apart.
        topology_keys=_TOPOLOGY[:1] if nodes(resolved) > 1 else _TOPOLOGY,
        image_pull_secrets=tuple(resolved.environment.spec.image_pull_secrets),
    )


def nodes(resolved: ResolvedSpec) -> int:
    """Over how many nodes one replica goes."""
    accelerator = resolved.spec.resources.accelerator
    return accelerator.nodes if accelerator else 1


def _toleration(item: Manifest) -> Manifest:
    # The API server leaves out what a toleration compares by default.
    return {key: value for key, value in item.items() if (key, value) != ("operator", "Equal")}
