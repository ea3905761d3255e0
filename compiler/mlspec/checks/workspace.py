"""Checks of models and environments together: two of them that would be the same thing in the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related, Span
from mlspec.environment.resolved import Environment, ResolvedSpec
from mlspec.plan.canary import is_routed
from mlspec.plan.exposure import plan_exposure
from mlspec.plan.gitops import project
from mlspec.plan.names import plan_names
from mlspec.plan.plan import GatewayRoute, IngressRoute, LoadBalancer
from mlspec.plan.resources import nodes
from mlspec.unit import Taken

from .registry import environments_check, taken_once

SAME_PLACE = code(
    "MLS226",
    "same-namespace",
    title="two environments in one namespace of one cluster",
    reason="Their objects have the same names and would overwrite each other for ever.",
    remedy="give one of them another `namespace`",
)
SAME_PROJECT = code(
    "MLS227",
    "same-project",
    title="two environments with one Argo CD project",
    reason="Each environment writes its project; the two would overwrite each other for ever.",
    remedy="give one of them another `gitops.project`",
)
SAME_ROUTE = code(
    "MLS228",
    "same-route",
    title="two models under one host and path",
    reason="The gateway would send all requests to one of them, the older object.",
    remedy="give one of them another `host` or `path`",
)
SAME_SERVICE = code(
    "MLS232",
    "same-service",
    title="a model whose Service has the name of another's",
    reason="A load balancer's Service is called `<model>-public`, those of a canary `<model>-canary` and "
    "`<model>-stable`, that between the pods of a replica `<model>-nodes`; two of one name would overwrite each other "
    "for ever.",
    remedy="rename one of the models",
)


@environments_check(SAME_PLACE)
def same_namespace(environments: Sequence[Environment]) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str], Environment] = {}
    for environment in environments:
        first = seen.setdefault((environment.spec.cluster, environment.namespace), environment)
        if first is not environment:
            yield SAME_PLACE.error(
                _span(environment, "namespace"),
                f"{environment.name} and {first.name} share the namespace {environment.namespace} of one cluster",
                label="taken already",
                related=[Related(_span(first, "namespace"), f"by {first.name}")],
            )


@environments_check(SAME_PROJECT)
def same_project(environments: Sequence[Environment]) -> Iterator[Diagnostic]:
    seen: dict[str, Environment] = {}
    for environment in environments:
        first = seen.setdefault(project(environment), environment)
        if first is not environment and environment.spec.gitops.repo and first.spec.gitops.repo:
            yield SAME_PROJECT.error(
                _span(environment, "gitops", "project"),
                f"{environment.name} and {first.name} share the project {project(environment)}",
                label="taken already",
                related=[Related(_span(first, "gitops", "project"), f"by {first.name}")],
            )


def _span(environment: Environment, *path: str) -> Span:
    """Where the environment says it, otherwise its name: it may stand there by default."""
    written = environment.tree is not None and environment.tree.get(*path) is not None
    return (environment.at(*path) if written else None) or environment.name_span


def _same_route(taken: Sequence[Taken]) -> Iterator[Diagnostic]:
    first, *others = taken
    owner = f"{first.model} in {first.environment}"
    for other in others:
        said = f"{other.model} in {other.environment} has the address of {owner}: {other.what}"
        if other.span != first.span:
            related = [Related(first.span, f"by {owner}")]
            yield SAME_ROUTE.error(other.span, said, label="taken already", related=related)
        else:
            remedy = f"give {other.environment} a `host` of its own in the model's `environments`"
            yield SAME_ROUTE.error(other.span, said, label="the same in both", remedy=remedy)


@taken_once(SAME_ROUTE, clash=_same_route)
def routes(resolved: ResolvedSpec) -> Iterator[Taken]:
    match plan_exposure(resolved):
        case GatewayRoute(gateway=carrier, namespace=namespace, host=host, path=path):
            place = f"gateway {namespace}/{carrier}"
        case IngressRoute(class_name=carrier, host=host, path=path):
            place = f"ingress {carrier}"
        case _:
            return
    key = json.dumps([resolved.environment.spec.cluster, place, host, path])
    yield Taken(key, resolved.name, resolved.environment.name, resolved.at("expose", "host"), f"{host}{path}")


def _same_service(taken: Sequence[Taken]) -> Iterator[Diagnostic]:
    """What one model needs besides has the name of another; what two need besides never has."""
    for service in (each for each in taken if each.what):
        for other in (each for each in taken if not each.what):
            yield SAME_SERVICE.error(
                other.span,
                f"{service.model} has {service.what} with the Service {other.model}",
                label="taken already",
                related=[Related(service.span, f"by {service.model}")],
            )


@taken_once(SAME_SERVICE, clash=_same_service)
def services(resolved: ResolvedSpec) -> Iterator[Taken]:
    model, environment = resolved.name, resolved.environment.name
    yield Taken(f"{environment}/{model}", model, environment, resolved.model.name_span)
    for what, service, span in _more_services(resolved):
        yield Taken(f"{environment}/{service}", model, environment, span, what)


def _more_services(resolved: ResolvedSpec) -> Iterator[tuple[str, str, Span]]:
    """Services beside the one with the model's own name: for what, the name, and the place that asks for it."""
    names = plan_names(resolved.name, resolved.environment.name)
    if isinstance(plan_exposure(resolved), LoadBalancer):
        yield "a load balancer", names.public_service, resolved.at("expose", "loadBalancer")
    if resolved.spec.rollout.canary and is_routed(resolved):
        for name in (names.canary_service, names.stable_service):
            yield "a canary", name, resolved.at("rollout", "strategy")
    if nodes(resolved) > 1:
        yield "replicas of several nodes", names.group, resolved.at("resources", "accelerator", "nodes")
