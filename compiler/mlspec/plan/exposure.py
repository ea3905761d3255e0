"""ResolvedSpec -> the way in from outside the cluster, and who may use it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.expose import Expose, Gateway
from mlspec.spec.network import Destination as Asked

from .delivery import Opened, store_destinations
from .formats import FORMATS
from .plan import Destination, Exposure, GatewayRoute, IngressRoute, LoadBalancer, NetworkAccess, Peer, Pool
from .quantities import gateway_duration
from .resources import nodes

_MARGIN = timedelta(seconds=5)
"""So that the server's own 504, which says more, comes before the gateway's."""
_STREAMED = timedelta(minutes=10)
"""How long an answer may go on that comes token by token from a server without a time-out of its own."""
_PICKER_LABEL = "inferencepool"
"""By which the charts of the Gateway API's inference extension select a picker's pods."""


def chosen_gateway(resolved: ResolvedSpec) -> Gateway | None:
    """The Gateway that carries the route; None where the way in is another one, or there is none."""
    expose = resolved.spec.expose
    if expose is None or expose.ingress or expose.load_balancer:
        return None
    return expose.gateway or resolved.environment.spec.gateway


def plan_exposure(resolved: ResolvedSpec) -> Exposure:
    """A route, an Ingress, a load balancer, or nothing."""
    expose = resolved.spec.expose
    if expose is None:
        return None
    if expose.load_balancer:
        return LoadBalancer()
    if expose.ingress:
        return _ingress(expose)
    gateway = chosen_gateway(resolved)
    if gateway is None or expose.host is None:
        return None
    timeout = expose.timeout if expose.timeout is not None else _default_timeout(resolved)
    return GatewayRoute(
        gateway.name,
        gateway.namespace,
        gateway.section,
        expose.host,
        expose.path,
        gateway_duration(timeout),
        _pool(expose),
    )


def _default_timeout(resolved: ResolvedSpec) -> timedelta:
    if FORMATS[resolved.spec.model.format].server == "vllm":
        return _STREAMED
    return resolved.spec.server.timeout + _MARGIN


def _pool(expose: Expose) -> Pool | None:
    asked = expose.inference_pool
    return Pool(asked.endpoint_picker, asked.port, asked.fail_open) if asked else None


def _ingress(expose: Expose) -> Exposure:
    ingress = expose.ingress
    if ingress is None or expose.host is None:
        return None
    issuer = {"cert-manager.io/cluster-issuer": ingress.issuer} if ingress.issuer else {}
    return IngressRoute(ingress.class_name, expose.host, expose.path, ingress.tls_secret, issuer)


def plan_network(resolved: ResolvedSpec) -> NetworkAccess:
    """The gateway, Prometheus and the callers named are let in; the destinations named are let out to."""
    network, gateway = resolved.spec.network, chosen_gateway(resolved)
    peers = [Peer(gateway.namespace)] if gateway else []
    peers.append(Peer(resolved.environment.spec.prometheus.namespace))
    peers += _picker(resolved)
    named = (Peer(caller.namespace, dict(sorted(caller.labels.items()))) for caller in network.from_)
    peers += sorted(named, key=lambda peer: (peer.namespace, tuple(peer.labels.items())))
    unique = [peer for index, peer in enumerate(peers) if peer not in peers[:index]]
    expose = resolved.spec.expose
    return NetworkAccess(
        callers=tuple(unique),
        among_themselves=nodes(resolved) > 1,
        anyone=bool(expose and expose.load_balancer),
        destinations=plan_destinations(resolved),
    )


def _picker(resolved: ResolvedSpec) -> list[Peer]:
    """An endpoint picker reads the metrics of the replicas that it chooses from."""
    pool = resolved.spec.expose.inference_pool if resolved.spec.expose else None
    if pool is None:
        return []
    labels = pool.labels or {_PICKER_LABEL: pool.endpoint_picker}
    return [Peer(resolved.environment.namespace, dict(sorted(labels.items())))]


def plan_destinations(resolved: ResolvedSpec, more: Sequence[Opened] = ()) -> tuple[Destination, ...]:
    """Those that the spec names, the store that the model is fetched from, and `more`: the policy is of a whole pod."""
    stores = [store_destinations(resolved), *more]
    asked = [*resolved.spec.network.to, *(each for named, _ in stores for each in named)]
    return _in_order([*map(_destination, asked), *(each for _, opened in stores for each in opened)])


def _in_order(found: list[Destination]) -> tuple[Destination, ...]:
    unique = [each for index, each in enumerate(found) if each not in found[:index]]
    return tuple(sorted(unique, key=_order))


def _destination(item: Asked) -> Destination:
    peer = Peer(item.namespace, dict(sorted(item.labels.items()))) if item.namespace else None
    return Destination(item.cidr, tuple(sorted(set(item.ports))), peer)


def _order(destination: Destination) -> tuple[str, str, tuple[tuple[str, str], ...], tuple[int, ...]]:
    peer = destination.peer or Peer("")
    return destination.cidr or "~", peer.namespace, tuple(peer.labels.items()), destination.ports
