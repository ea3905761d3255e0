"""Plan -> the NetworkPolicy: everything closed both ways, but for those that the plan names and DNS."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Destination, Labels, Manifest, NetworkAccess, Peer, Plan

NETWORK_POLICY = object_kind("networking.k8s.io/v1", "NetworkPolicy")


@deployment
def network_policy(plan: Plan) -> Iterator[File]:
    """The kubelet's probes come from the node itself, which a policy never closes out."""
    manifest = {
        **NETWORK_POLICY,
        "metadata": metadata(plan, plan.names.service, wave=-2),
        "spec": policy_spec(plan.selector, plan.network, plan.container.port),
    }
    yield manifest_file(plan.folder, manifest, plan.source)


def policy_spec(selector: Labels, network: NetworkAccess, port: int) -> Manifest:
    """A NetworkPolicySpec for the pods that `selector` finds, which listen on `port` alone."""
    own = _own_pods(selector)
    return present(
        {
            "podSelector": {"matchLabels": dict(selector)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": _ingress(network, port, own),
            "egress": [_dns(), *([{"to": [own]}] if network.among_themselves else []), *map(_to, network.destinations)],
        }
    )


def _ingress(network: NetworkAccess, port: int, own_pods: Manifest) -> list[Manifest]:
    ports = [{"port": port}]
    own = [{"from": [own_pods]}] if network.among_themselves else []
    if network.anyone:
        return [{"ports": ports}, *own]
    callers = [_pods(peer) for peer in network.callers]
    return [*([{"from": callers, "ports": ports}] if callers else []), *own]


def _own_pods(selector: Labels) -> Manifest:
    # NCCL and vLLM agree on ports when they start, so that none can be named; the peers are the model's own pods.
    return {"podSelector": {"matchLabels": dict(selector)}}


def _pods(peer: Peer) -> Manifest:
    return present(
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": peer.namespace}},
            "podSelector": {"matchLabels": dict(peer.labels)} if peer.labels else None,
        }
    )


def _dns() -> Manifest:
    # The cluster's DNS in both its shapes: pods (CoreDNS and, under Cilium's redirection, the node's own cache) and,
    # where NodeLocal DNSCache runs in the host's network and no pod selector finds it, its well-known address.
    pods = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {
            "matchExpressions": [{"key": "k8s-app", "operator": "In", "values": ["kube-dns", "node-local-dns"]}]
        },
    }
    return {
        "to": [pods, {"ipBlock": {"cidr": "169.254.20.10/32"}}],
        "ports": [{"protocol": "UDP", "port": 53}, {"port": 53}],
    }


def _to(destination: Destination) -> Manifest:
    block = present({"cidr": destination.cidr, "except": list(destination.excluded)})
    peer = _pods(destination.peer) if destination.peer else {"ipBlock": block}
    return present({"to": [peer], "ports": [{"port": port} for port in destination.ports]})
