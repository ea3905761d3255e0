"""The way in carries every request as long as the server works on it, and lets in nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.plan.exposure import plan_exposure, plan_network
from mlspec.plan.plan import Destination, GatewayRoute, IngressRoute, LoadBalancer, Peer

from .specs import spec_of

HOST = "scores.example.com"
OWN = {"name": "own", "namespace": "edge", "section": "https"}


def test_a_model_is_not_reached_from_outside_by_default() -> None:
    assert plan_exposure(spec_of()) is None


@pytest.mark.parametrize(
    ("expose", "gateway"),
    [({}, ("public", "gateways", None)), ({"gateway": OWN}, ("own", "edge", "https"))],
)
def test_the_models_gateway_wins_over_the_environments(
    expose: dict[str, Any], gateway: tuple[str, str, str | None]
) -> None:
    route = plan_exposure(spec_of(expose={"host": HOST} | expose))
    assert isinstance(route, GatewayRoute)
    assert (route.gateway, route.namespace, route.section) == gateway


@pytest.mark.parametrize(
    ("server", "expose", "timeout"),
    [("30s", {}, "35s"), ("1h", {}, "1h5s"), ("30s", {"timeout": "1m"}, "1m"), ("30s", {"timeout": "1d"}, "24h")],
)
def test_a_route_waits_longer_than_the_server(server: str, expose: dict[str, Any], timeout: str) -> None:
    spec = spec_of(server={"timeout": server}, health={"drain": server}, expose={"host": HOST} | expose)
    route = plan_exposure(spec)
    assert isinstance(route, GatewayRoute)
    assert route.timeout == timeout


def test_an_ingress_and_a_load_balancer_stand_in_for_a_route() -> None:
    ingress = {"class": "traefik", "tlsSecret": "tls", "issuer": "letsencrypt"}
    assert plan_exposure(spec_of(expose={"host": HOST, "path": "/a", "ingress": ingress})) == IngressRoute(
        "traefik", HOST, "/a", "tls", {"cert-manager.io/cluster-issuer": "letsencrypt"}
    )
    assert plan_exposure(spec_of(expose={"loadBalancer": True})) == LoadBalancer()


def test_those_are_let_in_who_are_named_each_once_and_in_one_order() -> None:
    callers = [
        {"namespace": "b", "labels": {"y": "2", "x": "1"}},
        {"namespace": "monitoring"},
        {"namespace": "a"},
        {"namespace": "a"},
    ]
    access = plan_network(spec_of(expose={"host": HOST}, network={"from": callers}))
    expected = [Peer("gateways"), Peer("monitoring"), Peer("a"), Peer("b", {"x": "1", "y": "2"})]
    assert list(access.callers) == expected
    assert not access.anyone


def test_a_load_balancer_lets_in_everyone_and_no_gateway() -> None:
    access = plan_network(spec_of(expose={"loadBalancer": True}))
    assert (access.anyone, access.callers) == (True, (Peer("monitoring"),))


def test_destinations_are_sorted_and_named_once() -> None:
    to = [{"cidr": "10.1.0.0/16", "ports": [443, 80, 443]}, {"cidr": "10.0.0.0/16"}, {"cidr": "10.0.0.0/16"}]
    assert plan_network(spec_of(network={"to": to})).destinations == (
        Destination("10.0.0.0/16", ()),
        Destination("10.1.0.0/16", (80, 443)),
    )
