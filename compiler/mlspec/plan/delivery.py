"""ResolvedSpec -> how its model reaches the pod where it lies in no image: fetched by an init container, or mounted."""

from __future__ import annotations

import math

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.location import Location, location
from mlspec.spec.model_store import ModelStore
from mlspec.spec.network import Destination as Asked

from . import quantities
from .plan import Destination, Fetch, Labels, Manifest, ModelVolume
from .variables import environment_variable

Opened = tuple[list[Asked], list[Destination]]
"""Destinations as an environment writes them, and as the plan has them."""
MOUNT = "/mnt/model"
FILES = "files"
"""Below the volume of a model that is fetched: beside it lies what the fetch remembers, should it start again."""
CONTAINER = "fetch-model"
DEFAULT_BANDWIDTH = 100 * 2**20
"""Bytes in a second, where the environment says nothing: a tenth of what a node's network usually has."""
LEAST_DELIVERY = 60
"""Seconds: a name to resolve, a token to get, a retry or two."""
MARGIN = 1.5
"""A busy node, a cold cache."""
_PYTHON = "/opt/venv/bin/python"
_STEP = 2**20
_FETCH_MEMORY = 256 * 2**20
"""Eight parts of 8 MiB in flight, the interpreter, and TLS; the rest is the page cache's, which gives way."""
_FETCH_CPU = 1000
_LOGS = 256 * 2**20
"""Two log files of the default size that the kubelet keeps of each container, and the images' writable layers."""


def model_location(resolved: ResolvedSpec) -> Location | None:
    """None where the model lies in the image, or there is none."""
    return location(resolved.spec.model.uri)


def model_store(resolved: ResolvedSpec) -> ModelStore | None:
    """What the environment says of the place that the model comes from; of several the longest prefix."""
    return store_of(resolved, resolved.spec.model.uri or "")


def store_of(resolved: ResolvedSpec, uri: str) -> ModelStore | None:
    """The same of any other place."""
    fitting = [store for store in resolved.environment.spec.model_stores if uri.startswith(store.prefix)]
    return max(fitting, key=lambda store: len(store.prefix), default=None)


def bandwidth(resolved: ResolvedSpec) -> int:
    """Bytes in a second at which the model arrives."""
    store = model_store(resolved)
    return store.bandwidth if store else DEFAULT_BANDWIDTH


def delivery_budget(resolved: ResolvedSpec) -> int:
    """Seconds in which the model must be there, before the server starts: 1.5 × size / bandwidth, at least 60.

    0 where it is there already. A volume is only read, which is a part of the server's own start.
    """
    where = model_location(resolved)
    if where is None or where.scheme == "pvc":
        return 0
    return max(LEAST_DELIVERY, math.ceil(MARGIN * (resolved.spec.model.size or 0) / bandwidth(resolved)))


def model_path(resolved: ResolvedSpec) -> str | None:
    """Where the server finds a model that is not in its image."""
    where = model_location(resolved)
    if where is None:
        return None
    inside = (FILES, where.name) if where.is_fetched else (where.path,)
    return "/".join((MOUNT, *(part.strip("/") for part in inside if part)))


def plan_model_volume(resolved: ResolvedSpec) -> ModelVolume | None:
    """None where the model lies in the image."""
    where = model_location(resolved)
    if where is None:
        return None
    if where.scheme == "oci":
        return ModelVolume(MOUNT, {"image": {"reference": where.root}}, None)
    if where.scheme == "pvc":
        claim = {"claimName": where.root, "readOnly": True}
        return ModelVolume(MOUNT, {"persistentVolumeClaim": claim}, None)
    source = {"emptyDir": {"sizeLimit": quantities.size(volume_size(resolved))}}
    return ModelVolume(MOUNT, source, _fetch(resolved, where))


def volume_size(resolved: ResolvedSpec) -> int:
    """Bytes on disk of a model that is fetched: a little more than its own, in whole mebibytes."""
    size = resolved.spec.model.size or 0
    return math.ceil(size * 1.02 / _STEP + 16) * _STEP


def least_storage(resolved: ResolvedSpec, temporary: int) -> int | None:
    """Bytes of disk that a pod needs at least whose model is fetched; `temporary` is what /tmp may take."""
    where = model_location(resolved)
    return volume_size(resolved) + temporary + _LOGS if where and where.is_fetched else None


def account_annotations(resolved: ResolvedSpec) -> Labels:
    """By which a cloud knows the pod."""
    store = model_store(resolved)
    return dict(sorted(store.identity.items())) if store else {}


def identity_labels(identity: Labels) -> Labels:
    """Labels of a pod without which the cloud's webhook leaves it alone; `identity` annotates its account.

    Source: "Service account labels and annotations" of Azure AD Workload Identity.
    """
    return {"azure.workload.identity/use": "true"} if _is_of(identity, "azure.workload.identity/") else {}


def identity_annotations(identity: Labels, server: str) -> Labels:
    """Keeps the credentials that a cloud's webhook brings to the container that fetches, away from `server`.

    Source: the READMEs of amazon-eks-pod-identity-webhook and azure-workload-identity.
    """
    clouds = ("azure.workload.identity/", "eks.amazonaws.com/")
    return {f"{cloud}skip-containers": server for cloud in clouds if _is_of(identity, cloud)}


def _is_of(identity: Labels, cloud: str) -> bool:
    return any(key.startswith(cloud) for key in identity)


def store_destinations(resolved: ResolvedSpec) -> Opened:
    """Where the container that fetches goes."""
    where = model_location(resolved)
    return destinations_of(model_store(resolved), where) if where and where.is_fetched else ([], [])


def destinations_of(store: ModelStore | None, where: Location) -> Opened:
    """The way to one store: as the environment says, and what the clouds themselves need.

    A store's addresses are rarely known: unless the environment names them its port is open to all, but for the
    addresses at which a node tells secrets.
    """
    asked = store.network if store else []
    opened = [] if asked else _anywhere(store, where)
    if store and _is_of(store.identity, "iam.gke.io/"):
        # Source: "Network policy considerations" of GKE's Workload Identity Federation; the second under Dataplane V2.
        opened += [Destination("169.254.169.252/32", (988,)), Destination("169.254.169.254/32", (80,))]
    return asked, opened


def _anywhere(store: ModelStore | None, where: Location) -> list[Destination]:
    address = store.endpoint if store and store.endpoint else f"https://{where.root if where.scheme == 'https' else ''}"
    scheme, _, rest = address.partition("://")
    stated = rest.partition("/")[0].partition(":")[2]
    ports = (int(stated) if stated else {"http": 80}.get(scheme, 443),)
    return [Destination("0.0.0.0/0", ports, excluded=("169.254.0.0/16",)), Destination("::/0", ports)]


def _fetch(resolved: ResolvedSpec, where: Location) -> Fetch:
    model, size = resolved.spec.model, quantities.size(volume_size(resolved))
    memory, cpu = quantities.size(_FETCH_MEMORY), quantities.cpu(min(_FETCH_CPU, resolved.spec.resources.cpu))
    arguments = {
        "uri": model.uri,
        "revision": model.revision,
        "digest": model.digest,
        "size": model.size,
        "expected": delivery_budget(resolved),
        "target": MOUNT,
    }
    return Fetch(
        name=CONTAINER,
        command=(_PYTHON, "-m", "mlspec_runtime.fetch"),
        args=tuple(f"--{key}={value}" for key, value in arguments.items() if value is not None),
        env=store_environment(model_store(resolved), where),
        requests={"cpu": cpu, "memory": memory, "ephemeral-storage": size},
        limits={"memory": memory, "ephemeral-storage": size},
    )


_ENDPOINT = {
    "s3": "AWS_ENDPOINT_URL",
    "gs": "GOOGLE_BASE_URL",
    "az": "AZURE_STORAGE_ENDPOINT",
    "hf": "HF_ENDPOINT",
}


def store_environment(store: ModelStore | None, where: Location) -> tuple[Manifest, ...]:
    """The variables of the container that asks the store, by the names that the stores' own clients read."""
    if store is None:
        return ()
    variables = {item.name: environment_variable(item) for item in store.env}
    named = {_ENDPOINT.get(where.scheme): store.endpoint, "AWS_REGION": store.region}
    variables |= {name: {"name": name, "value": value} for name, value in named.items() if name and value}
    return tuple(variables[name] for name in sorted(variables))
