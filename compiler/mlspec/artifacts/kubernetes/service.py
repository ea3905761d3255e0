"""Plan -> the Service by which the cluster reaches the model."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Plan

SERVICE = object_kind("v1", "Service")


@deployment
def service(plan: Plan) -> Iterator[File]:
    port = plan.container.port_name
    manifest = {
        **SERVICE,
        "metadata": metadata(plan, plan.names.service),
        "spec": {
            "selector": dict(plan.answering),
            "ports": [{"name": port, "port": plan.service_port, "targetPort": port}],
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source)
