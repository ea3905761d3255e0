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
        # A Rollout starts no pod before it can set the weights of its route.
        "metadata": metadata(plan, plan.names.service, wave=0 if plan.canary else 1),
        "spec": {"parentRefs": [gateway], "hostnames": [route.host], "rules": [_rule(plan, route)]},
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def _backends(plan: Plan, route: GatewayRoute) -> list[Manifest]:
    port = plan.service_port
    if route.pool:
        return [{"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": plan.names.service}]
    if plan.canary is None:
        return [{"name": plan.names.service, "port": port}]
    return [
        {"name": plan.names.stable_service, "port": port, "weight": 100},
        {"name": plan.names.canary_service, "port": port, "weight": 0},
    ]


def _rule(plan: Plan, route: GatewayRoute) -> Manifest:
    to_backend = {"backendRefs": _backends(plan, route), "timeouts": {"request": route.timeout}}
    if route.path == "/":
        return to_backend
    prefix = {"path": {"type": "PathPrefix", "value": route.path}}
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}
    return {"matches": [prefix], "filters": [{"type": "URLRewrite", "urlRewrite": rewrite}], **to_backend}
