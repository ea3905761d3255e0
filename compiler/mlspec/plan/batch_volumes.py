"""ResolvedSpec -> the volumes of the pods that score files: a model that lies in no image, and claims with the data."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.batch import Batch as Asked
from mlspec.spec.location import Location, location

from .delivery import model_location, plan_model_volume
from .plan import MODEL_VOLUME, BatchMount, BatchVolume, Manifest

INPUT, OUTPUT = "input", "output"
MOUNTS = {INPUT: "/mnt/input", OUTPUT: "/mnt/output"}
_DATA = "data"
"""A claim that both are on."""


def place(key: str, uri: str) -> str:
    """Where the pod finds the input or the output that the URI names."""
    where = location(uri)
    if where is None or where.scheme != "pvc":
        return uri
    return f"{MOUNTS[key]}/{where.path}" if where.path else MOUNTS[key]


def plan_storage(resolved: ResolvedSpec, asked: Asked) -> tuple[tuple[BatchVolume, ...], tuple[BatchMount, ...]]:
    """Each claim is one volume, however often it is mounted: with two of one claim a pod waits for ever.

    Source: kubernetes/kubernetes#82526. The kubelet mounts the first, and waits for the other.
    """
    claims = {key: where.root for key, uri in ((INPUT, asked.input), (OUTPUT, asked.output)) if (where := _claim(uri))}
    names = {claim: key for key, claim in claims.items()}
    if len(claims) == 2 and len(names) == 1:
        names = dict.fromkeys(names, _DATA)
    volumes, mounts = {}, []
    if model := plan_model_volume(resolved):
        volumes[MODEL_VOLUME] = model.source
        mounts.append(BatchMount(MODEL_VOLUME, model.mount_path, read_only=True))
        if (where := model_location(resolved)) and where.scheme == "pvc" and where.root in names:
            names[where.root] = MODEL_VOLUME
    for key, claim in claims.items():
        # Writable as a whole where anything is written: what is only read says so at its mount.
        if names[claim] != MODEL_VOLUME or key == OUTPUT:
            volumes[names[claim]] = _of_claim(claim)
        mounts.append(BatchMount(names[claim], MOUNTS[key], read_only=key == INPUT))
    return tuple(BatchVolume(name, source) for name, source in volumes.items()), tuple(mounts)


def _claim(uri: str) -> Location | None:
    where = location(uri)
    return where if where and where.scheme == "pvc" else None


def _of_claim(claim: str) -> Manifest:
    return {"persistentVolumeClaim": {"claimName": claim}}
