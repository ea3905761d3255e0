"""The objects of a model before and after in; which change, what a cluster refuses, and whether pods restart out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.artifacts.manifest import ManifestFile
from mlspec.plan.plan import Plan
from mlspec.tree.immutable import IMMUTABLE

from .difference import ObjectChange, Sign

_TEMPLATES = {"Deployment": "template", "Rollout": "template", "LeaderWorkerSet": "leaderWorkerTemplate"}
"""What the pods of a kind are made from, below `spec`: another one means other pods."""

Objects = Mapping[tuple[str, str], ManifestFile]


def changed_objects(before: Objects, after: Objects) -> tuple[ObjectChange, ...]:
    """By kind and name; a comment alone is no change."""
    changes = []
    for kind, name in sorted({*before, *after}):
        old, new = before.get((kind, name)), after.get((kind, name))
        if new is None and old is not None:
            changes.append(ObjectChange(Sign.REMOVED, kind, name, old.path))
        elif new is not None and old is None:
            changes.append(ObjectChange(Sign.ADDED, kind, name, new.path))
        elif old is not None and new is not None and old.manifest != new.manifest:
            labels = _without_labels(old) == _without_labels(new)
            changes.append(ObjectChange(Sign.CHANGED, kind, name, new.path, _refused(kind, old, new), labels))
    return tuple(changes)


def _refused(kind: str, before: ManifestFile, after: ManifestFile) -> tuple[str, ...]:
    if _namespace(before) != _namespace(after):  # two objects of one name: the old one goes and the new one comes
        return ()
    parts = (part for part in IMMUTABLE.get(kind, ()) if _spec(before).get(part) != _spec(after).get(part))
    return tuple(f"spec.{part}" for part in parts)


def _without_labels(file: ManifestFile) -> Mapping[str, Any]:
    metadata = {key: value for key, value in file.manifest["metadata"].items() if key != "labels"}
    return {**file.manifest, "metadata": metadata}


def restart(before: Objects, after: Objects, plan: Plan, *, accelerated: bool) -> str:
    """How pods that run are replaced, in words; empty where they stay as they are."""
    for (kind, name), new in after.items():
        part, old = _TEMPLATES.get(kind), before.get((kind, name))
        if part and old is not None and _spec(old).get(part) != _spec(new).get(part):
            return "" if plan.replicas == 0 else _how(plan, accelerated)
    return ""


def _how(plan: Plan, accelerated: bool) -> str:
    rollout = plan.rollout
    if plan.canary:
        shares = ", ".join(f"{share}%" for share in plan.canary.shares)
        return f"pods restart as a canary: {shares} of the requests, {plan.canary.pause} each"
    if rollout.strategy == "Recreate":
        return "all pods stop before new ones start: the service is away meanwhile"
    if not rollout.max_surge or rollout.max_surge == "0%":
        spare = " (no spare accelerator)" if accelerated else ""
        return f"pods restart {_amount(rollout.max_unavailable)} at a time, the old one first{spare}"
    return f"pods restart {_amount(rollout.max_surge)} at a time, the new one first"


def _amount(value: int | str | None) -> str:
    return "one" if value in (1, None) else str(value)


def _spec(file: ManifestFile) -> Mapping[str, Any]:
    spec = file.manifest.get("spec")
    return spec if isinstance(spec, Mapping) else {}


def _namespace(file: ManifestFile) -> str:
    return str(file.manifest["metadata"].get("namespace", ""))
