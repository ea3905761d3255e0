"""Rollouts of Argo Rollouts -> problems: what they refer to, and what of it Argo CD must leave to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..manifests import Manifests, Pod, dig, entries, mapping, text, texts
from ..problem import Manifest, Path, Problem, identity
from .registry import object_rule

_CANARY = ("spec", "strategy", "canary")
_ROUTED_BY = (*_CANARY, "trafficRouting", "plugins", "argoproj-labs/gatewayAPI")
_VERSIONS = ("stableService", "canaryService")
_SELECTED = "/spec/selector/rollouts-pod-template-hash"
_ARGUMENT = re.compile(r"\{\{\s*args\.([\w-]+)\s*\}\}")


def _rollouts(manifests: Manifests) -> list[Pod]:
    return [pod for pod in manifests.pods if pod.workload.get("kind") == "Rollout"]


def divides_requests(manifests: Manifests, route: Manifest) -> bool:
    """Whether a Rollout sets the weights of this route."""
    name = text(route, "metadata", "name")
    return any(text(pod.workload, *_ROUTED_BY, "httpRoute") == name for pod in _rollouts(manifests))


@object_rule(25, "A canary's route, Services and analysis are part of the output, and the route leads to both versions")
def canaries_resolve(manifests: Manifests) -> Iterator[Problem]:
    for pod in _rollouts(manifests):
        rollout = pod.workload
        for index, template in entries(rollout, *_CANARY, "analysis", "templates"):
            if manifests.named("AnalysisTemplate", template.get("templateName")) is None:
                said = f"the output has no AnalysisTemplate {template.get('templateName')}"
                yield Problem(pod.object, (*_CANARY, "analysis", "templates", index), said)
        if not mapping(rollout, *_CANARY, "trafficRouting"):
            continue
        for version in _VERSIONS:
            if manifests.named("Service", dig(rollout, *_CANARY, version)) is None:
                yield Problem(pod.object, (*_CANARY, version), "must name a Service of the output")
        yield from _route_problems(manifests, pod)


def _route_problems(manifests: Manifests, pod: Pod) -> Iterator[Problem]:
    route = manifests.named("HTTPRoute", dig(pod.workload, *_ROUTED_BY, "httpRoute"))
    if route is None:
        yield Problem(pod.object, (*_ROUTED_BY, "httpRoute"), "must name an HTTPRoute of the output")
        return
    wanted = {
        text(pod.workload, *_CANARY, version): weight for version, weight in zip(_VERSIONS, (100, 0), strict=True)
    }
    for index, rule in entries(route, "spec", "rules"):
        weights = {text(backend, "name"): backend.get("weight") for _, backend in entries(rule, "backendRefs")}
        if weights != wanted:
            said = f"must lead to {' and '.join(wanted)}, with the weights 100 and 0 of a rollout at rest"
            yield Problem(identity(route), ("spec", "rules", index, "backendRefs"), said)


@object_rule(25, "An analysis is given the arguments that its queries use")
def analysis_arguments_resolve(manifests: Manifests) -> Iterator[Problem]:
    for template in manifests.of("AnalysisTemplate"):
        arguments = [argument for _, argument in entries(template, "spec", "args")]
        declared = {text(argument, "name") for argument in arguments}
        needed = {text(argument, "name") for argument in arguments if not argument.keys() & {"value", "valueFrom"}}
        for path, query in _queries(template):
            for name in dict.fromkeys(_ARGUMENT.findall(query)):
                if name not in declared:
                    yield Problem(identity(template), path, f"there is no argument {name}")
        for pod in _rollouts(manifests):
            analysis = mapping(pod.workload, *_CANARY, "analysis")
            used = {text(each, "templateName") for _, each in entries(analysis, "templates")}
            given = {text(argument, "name") for _, argument in entries(analysis, "args")}
            for name in sorted(needed - given) if text(template, "metadata", "name") in used else ():
                yield Problem(pod.object, (*_CANARY, "analysis", "args"), f"{identity(template)} needs {name}")


def _queries(template: Manifest) -> Iterator[tuple[Path, str]]:
    """Every PromQL text of an AnalysisTemplate, arguments and all, with its path."""
    for index, metric in entries(template, "spec", "metrics"):
        if query := text(metric, "provider", "prometheus", "query"):
            yield ("spec", "metrics", index, "provider", "prometheus", "query"), query


@object_rule(18, "Argo CD leaves the weights and the selectors of a canary to Argo Rollouts")
def application_leaves_canary(manifests: Manifests) -> Iterator[Problem]:
    routed = [pod.workload for pod in _rollouts(manifests) if mapping(pod.workload, *_CANARY, "trafficRouting")]
    for application in manifests.applications if routed else ():
        ignored = [item for _, item in entries(application, "spec", "ignoreDifferences")]
        path = ("spec", "ignoreDifferences")
        services = {text(item, "name") for item in ignored if _SELECTED in texts(item, "jsonPointers")}
        routes = {text(item, "name") for item in ignored if any(".spec.rules" in one for one in _expressions(item))}
        for rollout in routed:
            for name in sorted({text(rollout, *_CANARY, version) for version in _VERSIONS} - services):
                yield Problem(identity(application), path, f"must ignore {_SELECTED} of the Service {name}")
            if (route := text(rollout, *_ROUTED_BY, "httpRoute")) not in routes:
                yield Problem(identity(application), path, f"must ignore the rules of the HTTPRoute {route} meanwhile")
        if "RespectIgnoreDifferences=true" not in texts(application, "spec", "syncPolicy", "syncOptions"):
            options = ("spec", "syncPolicy", "syncOptions")
            yield Problem(identity(application), options, "needs RespectIgnoreDifferences=true")


def _expressions(item: Manifest) -> list[str]:
    return texts(item, "jqPathExpressions")
