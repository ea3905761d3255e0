"""Plan -> the HTTPRoute that leads from a Gateway to the model."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import GatewayRoute, Manifest, Plan

HTTP_ROUTE = object_kind("gateway.networking.k8s.io/v1", "HTTPRoute")


@deployment
def http_route(plan: Plan) -> Iterator[File]:
    route = plan.exposure
    if not isinstance(route, GatewayRoute):
        return
    gateway = present({"name": route.gateway, "namespace": route.namespace, "sectionName": route.section})
    manifest = {
        **HTTP_ROUTE,
        "metadata": metadata(plan, plan.names.service, wave=1),
        "spec": {"parentRefs": [gateway], "hostnames": [route.host], "rules": [_rule(plan, route)]},
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _rule(plan: Plan, route: GatewayRoute) -> Manifest:
    backend = {"name": plan.names.service, "port": plan.service_port}
    to_backend = {"backendRefs": [backend], "timeouts": {"request": route.timeout}}
    if route.path == "/":
        return to_backend
    prefix = {"path": {"type": "PathPrefix", "value": route.path}}
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}
    return {"matches": [prefix], "filters": [{"type": "URLRewrite", "urlRewrite": rewrite}], **to_backend}
