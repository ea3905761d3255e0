"""Checks of models and environments together: two of them that would be the same thing in the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related, Span
from mlspec.environment.resolved import Environment, Resolution, ResolvedSpec
from mlspec.plan.canary import is_routed
from mlspec.plan.exposure import plan_exposure
from mlspec.plan.gitops import project
from mlspec.plan.names import plan_names
from mlspec.plan.plan import GatewayRoute, IngressRoute, LoadBalancer
from mlspec.plan.resources import nodes

from .registry import workspace_check

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


@workspace_check(SAME_PLACE)
def same_namespace(resolution: Resolution) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str], Environment] = {}
    for environment in resolution.environments:
        first = seen.setdefault((environment.spec.cluster, environment.namespace), environment)
        if first is not environment:
            yield SAME_PLACE.error(
                _span(environment, "namespace"),
                f"{environment.name} and {first.name} share the namespace {environment.namespace} of one cluster",
                label="taken already",
                related=[Related(_span(first, "namespace"), f"by {first.name}")],
            )


@workspace_check(SAME_PROJECT)
def same_project(resolution: Resolution) -> Iterator[Diagnostic]:
    seen: dict[str, Environment] = {}
    for environment in resolution.environments:
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


@workspace_check(SAME_ROUTE)
def same_route(resolution: Resolution) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str, str, str, str], ResolvedSpec] = {}
    for resolved in resolution.specs:
        match plan_exposure(resolved):
            case GatewayRoute(gateway=carrier, namespace=namespace, host=host, path=path):
                route = (resolved.environment.spec.cluster, f"{namespace}/{carrier}", "gateway", host, path)
            case IngressRoute(class_name=carrier, host=host, path=path):
                route = (resolved.environment.spec.cluster, carrier, "ingress", host, path)
            case _:
                continue
        first = seen.setdefault(route, resolved)
        if first is not resolved:
            yield _same_route(resolved, first, f"{host}{path}")


def _same_route(resolved: ResolvedSpec, first: ResolvedSpec, address: str) -> Diagnostic:
    here, there = resolved.at("expose", "host"), first.at("expose", "host")
    owner = f"{first.name} in {first.environment.name}"
    said = f"{resolved.name} in {resolved.environment.name} has the address of {owner}: {address}"
    if here != there:
        return SAME_ROUTE.error(here, said, label="taken already", related=[Related(there, f"by {owner}")])
    remedy = f"give {resolved.environment.name} a `host` of its own in the model's `environments`"
    return SAME_ROUTE.error(here, said, label="the same in both", remedy=remedy)


@workspace_check(SAME_SERVICE)
def same_service(resolution: Resolution) -> Iterator[Diagnostic]:
    models = {(resolved.environment.name, resolved.name): resolved for resolved in resolution.specs}
    for resolved in resolution.specs:
        for what, service, span in _more_services(resolved):
            if other := models.get((resolved.environment.name, service)):
                yield SAME_SERVICE.error(
                    other.model.name_span,
                    f"{resolved.name} has {what} with the Service {service}",
                    label="taken already",
                    related=[Related(span, f"by {resolved.name}")],
                )


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
