"""Plan -> the Ingress, where the cluster has no Gateway."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import IngressRoute, Plan

INGRESS = object_kind("networking.k8s.io/v1", "Ingress")


@deployment
def ingress(plan: Plan) -> Iterator[File]:
    """How a path is rewritten is each controller's own: the plan's annotations say it."""
    route = plan.exposure
    if not isinstance(route, IngressRoute):
        return
    service = {"name": plan.names.service, "port": {"name": plan.container.port_name}}
    path = {"path": route.path, "pathType": "Prefix", "backend": {"service": service}}
    manifest = {
        **INGRESS,
        "metadata": metadata(plan, plan.names.service, wave=1, annotations=route.annotations),
        "spec": present(
            {
                "ingressClassName": route.class_name,
                "tls": [{"hosts": [route.host], "secretName": route.tls_secret}] if route.tls_secret else None,
                "rules": [{"host": route.host, "http": {"paths": [path]}}],
            }
        ),
    }
    yield manifest_file(plan.folder, manifest, plan.source)
