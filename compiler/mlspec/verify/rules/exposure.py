"""What an output lets in, lets out and gives away -> problems: network policies and secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.credentials import credential_kind

from ..manifests import Manifests, dig, entries, items, mapping, text, texts
from ..problem import Problem, identity
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
