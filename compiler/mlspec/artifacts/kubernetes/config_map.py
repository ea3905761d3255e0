"""Plan -> the ConfigMap with the settings that may change without a new image."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Plan

CONFIG_MAP = object_kind("v1", "ConfigMap")


@deployment
def config_map(plan: Plan) -> Iterator[File]:
    if plan.settings is None:
        return
    manifest = {
        **CONFIG_MAP,
        "metadata": metadata(plan, plan.names.settings, wave=-2),
        "data": {"settings.json": plan.settings, **({"drift.json": plan.drift} if plan.drift else {})},
    }
    yield manifest_file(plan.folder, manifest, plan.source)
