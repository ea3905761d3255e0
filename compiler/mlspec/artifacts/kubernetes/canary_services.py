"""Plan -> the two Services between which a route divides the requests of a canary."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Plan

SERVICE = object_kind("v1", "Service")


@deployment
def canary_services(plan: Plan) -> Iterator[File]:
    """Argo Rollouts adds the hash of a version to each selector."""
    if plan.canary is None or not plan.canary.routed:
        return
    # The ports are not called as that of the Service which leads to all pods: a ServiceMonitor finds all three by their
    # labels and their endpoints by the port's name, and would scrape each pod twice.
    for version, name in (("canary", plan.names.canary_service), ("stable", plan.names.stable_service)):
        manifest = {
            **SERVICE,
            "metadata": metadata(plan, name),
            "spec": {
                "selector": dict(plan.selector),
                "ports": [{"name": version, "port": plan.service_port, "targetPort": plan.container.port_name}],
            },
        }
        yield manifest_file(plan.folder, manifest, plan.source, version)
