"""What objects refer to besides pods -> selectors that select nothing, ports and targets that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..manifests import Manifests, Pod, dig, entries, mapping, text
from ..problem import Manifest, Path, Problem, identity
from ..selector import selects, subset
from .pod_references import twice
from .registry import object_rule


def pod_ports(pod: Pod) -> list[Any]:
    """Numbers and names of the ports of a pod."""
    ports = [port for container in pod.containers for _, port in entries(container.spec, "ports")]
    return [port[key] for port in ports for key in ("containerPort", "name") if key in port]


def service_ports(service: Manifest | None) -> list[Any]:
    """Numbers and names of the ports of a Service."""
    return [port[key] for _, port in entries(service, "spec", "ports") for key in ("port", "name") if key in port]


@object_rule(25, "A Service selects pods and leads to ports that they have")
def services_resolve(manifests: Manifests) -> Iterator[Problem]:
    for service in manifests.of("Service"):
        name = identity(service)
        pods = [pod for pod in manifests.pods if subset(mapping(service, "spec", "selector"), pod.labels)]
        if not pods:
            yield Problem(name, ("spec", "selector"), "selects no pod of the output")
        ports = entries(service, "spec", "ports")
        for value in twice(port["name"] for _, port in ports if "name" in port):
            yield Problem(name, ("spec", "ports"), f"two ports have the name {value}")
        for value in twice(f"{port.get('port')}/{port.get('protocol', 'TCP')}" for _, port in ports):
            yield Problem(name, ("spec", "ports"), f"two ports have the number {value}")
        for index, port in ports:
            target = port.get("targetPort", port.get("port"))
            for pod in pods:
                if target not in pod_ports(pod):
                    yield Problem(name, ("spec", "ports", index, "targetPort"), f"{pod.object} has no port {target}")


@object_rule(25, "The selectors of budgets, policies and pod monitors select pods of the output")
def selectors_resolve(manifests: Manifests) -> Iterator[Problem]:
    for kind, field in (
        ("PodDisruptionBudget", "selector"),
        ("NetworkPolicy", "podSelector"),
        ("PodMonitor", "selector"),
        ("InferencePool", "selector"),
    ):
        for manifest in manifests.of(kind):
            pods = [pod for pod in manifests.pods if selects(dig(manifest, "spec", field), pod.labels)]
            if not pods:
                yield Problem(identity(manifest), ("spec", field), "selects no pod of the output")
            for path, port in _ports_of_selected(manifest):
                if pods and not any(port in pod_ports(pod) for pod in pods):
                    yield Problem(identity(manifest), path, f"no selected pod has a port {port}")


def _ports_of_selected(manifest: Manifest) -> Iterator[tuple[Path, Any]]:
    for index, rule in entries(manifest, "spec", "ingress"):
        for number, port in entries(rule, "ports"):
            if "port" in port and "endPort" not in port:
                yield ("spec", "ingress", index, "ports", number, "port"), port["port"]
    for index, port in entries(manifest, "spec", "targetPorts"):
        yield ("spec", "targetPorts", index, "number"), port.get("number")
    for index, endpoint in entries(manifest, "spec", "podMetricsEndpoints"):
        if "port" in endpoint:
            yield ("spec", "podMetricsEndpoints", index, "port"), endpoint["port"]


@object_rule(25, "A ServiceMonitor selects a Service and scrapes ports that it names")
def service_monitors_resolve(manifests: Manifests) -> Iterator[Problem]:
    for monitor in manifests.of("ServiceMonitor"):
        selector = dig(monitor, "spec", "selector")
        services = [
            service for service in manifests.of("Service") if selects(selector, mapping(service, "metadata", "labels"))
        ]
        if not services:
            yield Problem(identity(monitor), ("spec", "selector"), "selects no Service of the output")
        named = [text(port, "name") for service in services for _, port in entries(service, "spec", "ports")]
        for index, endpoint in entries(monitor, "spec", "endpoints"):
            if services and "port" in endpoint and endpoint["port"] not in named:
                said = f"no selected Service names a port {endpoint['port']}"
                yield Problem(identity(monitor), ("spec", "endpoints", index, "port"), said)


@object_rule(25, "An autoscaler scales a workload of the output, measures its containers, and can log in")
def scale_targets_resolve(manifests: Manifests) -> Iterator[Problem]:
    for autoscaler in manifests.autoscalers:
        name, target = identity(autoscaler), mapping(autoscaler, "spec", "scaleTargetRef")
        pod = manifests.pod_of(target)
        version = target.get("apiVersion")
        if pod is None or (version is not None and version != pod.workload.get("apiVersion")):
            wanted = f"{target.get('kind', 'Deployment')} {target.get('name')}"
            yield Problem(name, ("spec", "scaleTargetRef"), f"the output has no {wanted}")
            continue
        containers = {container.name for container in pod.running}
        for path, container in _measured_containers(autoscaler):
            if container not in containers:
                yield Problem(name, path, f"{pod.object} has no container {container}")
        for index, trigger in entries(autoscaler, "spec", "triggers"):
            reference = mapping(trigger, "authenticationRef")
            local = reference and reference.get("kind", "TriggerAuthentication") == "TriggerAuthentication"
            if local and manifests.named("TriggerAuthentication", reference.get("name")) is None:
                said = f"the output has no TriggerAuthentication {reference.get('name')}"
                yield Problem(name, ("spec", "triggers", index, "authenticationRef"), said)


def _measured_containers(autoscaler: Manifest) -> Iterator[tuple[Path, str]]:
    for index, metric in entries(autoscaler, "spec", "metrics"):
        if metric.get("type") == "ContainerResource":
            path = ("spec", "metrics", index, "containerResource", "container")
            yield path, text(metric, "containerResource", "container")
    for index, trigger in entries(autoscaler, "spec", "triggers"):
        if container := text(trigger, "metadata", "containerName"):
            yield ("spec", "triggers", index, "metadata", "containerName"), container


@object_rule(25, "A route leads to a Service of the output and a port that it has")
def backends_resolve(manifests: Manifests) -> Iterator[Problem]:
    for route in manifests.of("HTTPRoute", "GRPCRoute", "Ingress"):
        backends = list(_ingress_backends(route) if route.get("kind") == "Ingress" else _route_backends(route))
        for path, name in _pools(route):
            if manifests.named("InferencePool", name) is None:
                yield Problem(identity(route), path, f"the output has no InferencePool {name}")
        if not backends and not list(_pools(route)):
            yield Problem(identity(route), ("spec", "rules"), "leads nowhere")
        for path, service_name, port in backends:
            service = manifests.named("Service", service_name)
            if service is None:
                yield Problem(identity(route), path, f"the output has no Service {service_name}")
            elif port not in service_ports(service):
                yield Problem(identity(route), path, f"the Service {service_name} has no port {port}")


def _route_backends(route: Manifest) -> Iterator[tuple[Path, Any, Any]]:
    for index, rule in entries(route, "spec", "rules"):
        for number, backend in entries(rule, "backendRefs"):
            if backend.get("kind", "Service") == "Service":
                yield ("spec", "rules", index, "backendRefs", number), backend.get("name"), backend.get("port")


def _pools(route: Manifest) -> Iterator[tuple[Path, Any]]:
    for index, rule in entries(route, "spec", "rules"):
        for number, backend in entries(rule, "backendRefs"):
            if backend.get("kind") == "InferencePool":
                yield ("spec", "rules", index, "backendRefs", number), backend.get("name")


def _ingress_backends(ingress: Manifest) -> Iterator[tuple[Path, Any, Any]]:
    if "defaultBackend" in mapping(ingress, "spec"):
        yield ("spec", "defaultBackend"), *_ingress_service(dig(ingress, "spec", "defaultBackend"))
    for index, rule in entries(ingress, "spec", "rules"):
        for number, path in entries(rule, "http", "paths"):
            yield ("spec", "rules", index, "http", "paths", number), *_ingress_service(mapping(path, "backend"))


def _ingress_service(backend: Mapping[str, Any]) -> tuple[Any, Any]:
    port = mapping(backend, "service", "port")
    return dig(backend, "service", "name"), port.get("number", port.get("name"))
