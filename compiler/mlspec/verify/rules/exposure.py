"""What an output lets in, lets out and gives away -> problems: network policies and secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.credentials import credential_kind

from ..manifests import Manifests, Pod, dig, entries, items, mapping, text, texts
from ..problem import Manifest, Problem, identity
from ..selector import selects
from .registry import object_rule

_DNS_PORT = 53


@object_rule(30, "A network policy closes the pods both ways and opens what is named")
def network_is_closed(manifests: Manifests) -> Iterator[Problem]:
    policies = manifests.of("NetworkPolicy")
    for pod in manifests.pods:
        covering = [policy for policy in policies if selects(dig(policy, "spec", "podSelector"), pod.labels)]
        closed = {direction for policy in covering for direction in texts(policy, "spec", "policyTypes")}
        for direction in {"Ingress", "Egress"} - closed:
            yield Problem(pod.object, (), f"no NetworkPolicy closes its {direction}")
        if covering and not any(_lets_out_to_dns(policy) for policy in covering):
            yield Problem(identity(covering[0]), ("spec", "egress"), "DNS is not let out, so no name resolves")


def _lets_out_to_dns(policy: Any) -> bool:
    found = {
        text(port, "protocol") or "TCP"
        for _, rule in entries(policy, "spec", "egress")
        for _, port in entries(rule, "ports")
        if port.get("port") == _DNS_PORT
    }
    return found >= {"TCP", "UDP"}


@object_rule(30, "No rule of a network policy lets everything through")
def network_rules_are_narrow(manifests: Manifests) -> Iterator[Problem]:
    for policy in manifests.of("NetworkPolicy"):
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for index, rule in entries(policy, "spec", direction):
                if _own_pods_alone(policy, rule, peers):
                    continue  # what a model's pods say to each other is the model's own affair
                path = ("spec", direction, index)
                if not rule.get("ports") and (direction == "ingress" or not rule.get(peers)):
                    yield Problem(identity(policy), (*path, "ports"), "names no port: every one is open")
                ports = entries(rule, "ports")
                only_dns = bool(ports) and all(port.get("port") == _DNS_PORT for _, port in ports)
                if not rule.get(peers) and direction == "egress" and not only_dns:
                    yield Problem(identity(policy), (*path, peers), "names no peer: everyone is let through")
                if {} in items(rule, peers):
                    yield Problem(identity(policy), (*path, peers), "an empty peer is everyone")


@object_rule(30, "A network policy lets in whoever scrapes a monitored port")
def scrapes_are_let_in(manifests: Manifests) -> Iterator[Problem]:
    for pod, port in _scraped(manifests):
        policies = manifests.of("NetworkPolicy")
        covering = [policy for policy in policies if selects(dig(policy, "spec", "podSelector"), pod.labels)]
        names = _names_of(pod, port)
        if names and covering and not any(_lets_in(policy, names) for policy in covering):
            said = f"{pod.object} is scraped on port {port}, where nobody is let in"
            yield Problem(identity(covering[0]), ("spec", "ingress"), said)


def _scraped(manifests: Manifests) -> Iterator[tuple[Pod, Any]]:
    """Each pod with each port, by name or number, that a monitor of the output has Prometheus ask."""
    for monitor in manifests.of("PodMonitor"):
        asked = [endpoint.get("port") for _, endpoint in entries(monitor, "spec", "podMetricsEndpoints")]
        for pod in manifests.pods:
            if selects(dig(monitor, "spec", "selector"), pod.labels):
                yield from ((pod, port) for port in asked)
    for monitor in manifests.of("ServiceMonitor"):
        named = [text(endpoint, "port") for _, endpoint in entries(monitor, "spec", "endpoints")]
        for service in manifests.of("Service"):
            if not selects(dig(monitor, "spec", "selector"), mapping(service, "metadata", "labels")):
                continue
            ports = [port for _, port in entries(service, "spec", "ports") if text(port, "name") in named]
            for pod in manifests.pods:
                if selects({"matchLabels": mapping(service, "spec", "selector")}, pod.labels):
                    yield from ((pod, port.get("targetPort", port.get("port"))) for port in ports)


def _names_of(pod: Pod, wanted: Any) -> list[Any]:
    """What a port of a pod is called, name and number; empty where the pod has no such port."""
    ports = [port for container in pod.containers for _, port in entries(container.spec, "ports")]
    both = [[port.get("name"), port.get("containerPort")] for port in ports]
    return next((names for names in both if wanted is not None and wanted in names), [])


def _lets_in(policy: Manifest, names: list[Any]) -> bool:
    """Whether others than the model's own pods reach a port."""
    return any(
        not rule.get("ports") or any(port.get("port") in names for _, port in entries(rule, "ports"))
        for _, rule in entries(policy, "spec", "ingress")
        if not _own_pods_alone(policy, rule, "from")
    )


def _own_pods_alone(policy: Any, rule: Any, peers: str) -> bool:
    own = {"podSelector": dig(policy, "spec", "podSelector")}
    return bool(dig(own, "podSelector", "matchLabels")) and items(rule, peers) == [own]


@object_rule(31, "No output holds a secret")
def no_secret_is_written(manifests: Manifests) -> Iterator[Problem]:
    for secret in manifests.of("Secret"):
        if mapping(secret, "data") or mapping(secret, "stringData"):
            said = "a secret's content does not belong into a repository: name a Secret that is there"
            yield Problem(identity(secret), ("data",), said)
    for manifest, nodes in manifests.nodes:
        for path, value in nodes:
            if isinstance(value, str) and (kind := credential_kind(value)):
                yield Problem(identity(manifest), path, f"looks like a credential ({kind}); name a Secret instead")
