"""Plan -> a Service of type LoadBalancer beside the internal one, where the spec asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import LoadBalancer, Plan

SERVICE = object_kind("v1", "Service")

# Not the name that the internal Service's port has: a ServiceMonitor finds both Services by their labels and their
# endpoints by the port's name, and would scrape each pod twice.
_PORT_NAME = "public"


@deployment
def public_service(plan: Plan) -> Iterator[File]:
    if not isinstance(plan.exposure, LoadBalancer):
        return
    manifest = {
        **SERVICE,
        "metadata": metadata(plan, plan.names.public_service),
        "spec": {
            "type": "LoadBalancer",
            "selector": dict(plan.answering),
            "ports": [{"name": _PORT_NAME, "port": plan.exposure.port, "targetPort": plan.container.port_name}],
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source, "public")
