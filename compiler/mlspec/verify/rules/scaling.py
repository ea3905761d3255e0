"""Autoscalers and disruption budgets -> problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlspec.plan.kubernetes_features import ON_BY_DEFAULT
from mlspec.plan.scaling import OWN_METRICS
from mlspec.promql import PromqlError, parse

from ..manifests import Container, Manifests, Pod, dig, entries, mapping, number, text, texts
from ..problem import Manifest, Problem, identity
from ..selector import selects
from .pod_references import twice
from .probes import startup_budget
from .registry import object_rule

_MARGIN = 1.5
"""Budget of the start-up probe over the time that a start is expected to take."""
_LONGEST_WINDOW = 3600
"""Source: validation of autoscaling/v2, `stabilizationWindowSeconds`."""
_ORDER = ("Resource", "ContainerResource", "Pods", "Object", "External")
_KEDA_MEASURES = ("cpu", "memory")
_SCALED = ("Deployment", "Rollout", "LeaderWorkerSet")
_TOPOLOGY_KEYS = {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
_NODES_ALONE = {"kubernetes.io/hostname"}
"""Of replicas of several pods: those of one replica belong near each other, and a zone is not to be spread over."""
_REVISION = {
    "Rollout": "rollouts-pod-template-hash",
    "LeaderWorkerSet": "leaderworkerset.sigs.k8s.io/template-revision-hash",
}
"""The label by which each kind tells the pods of one revision; one that pods do not have is passed over in silence."""


def bounds(autoscaler: Manifest) -> tuple[int, int]:
    """Replicas at least and at most, by whichever names the kind has for them."""
    if autoscaler.get("kind") == "ScaledObject":
        spec = mapping(autoscaler, "spec")
        return number(spec, "minReplicaCount"), number(spec, "maxReplicaCount", default=100)
    return number(autoscaler, "spec", "minReplicas", default=1), number(autoscaler, "spec", "maxReplicas")


def replicas(manifests: Manifests, pod: Pod) -> tuple[int, int]:
    """Replicas at least and at most of a workload."""
    for autoscaler in manifests.autoscalers:
        target = manifests.pod_of(mapping(autoscaler, "spec", "scaleTargetRef"))
        if target is not None and target.workload is pod.workload:
            return bounds(autoscaler)
    fixed = number(pod.workload, "spec", "replicas", default=1)
    return fixed, fixed


def _behavior(autoscaler: Manifest) -> Mapping[str, Any]:
    advanced = ("advanced", "horizontalPodAutoscalerConfig") if autoscaler.get("kind") == "ScaledObject" else ()
    return mapping(autoscaler, "spec", *advanced, "behavior")


@object_rule(18, "What an autoscaler scales states no replicas; anything else does")
def autoscaler_owns_replicas(manifests: Manifests) -> Iterator[Problem]:
    scaled = [manifests.pod_of(mapping(autoscaler, "spec", "scaleTargetRef")) for autoscaler in manifests.autoscalers]
    for pod in manifests.pods:
        has = "replicas" in mapping(pod.workload, "spec")
        is_scaled = any(target is not None and target.workload is pod.workload for target in scaled)
        if has and is_scaled:
            said = "the autoscaler decides; Argo CD would set it back at every sync"
            yield Problem(pod.object, ("spec", "replicas"), said)
        if not has and not is_scaled and pod.workload.get("kind") in _SCALED:
            yield Problem(pod.object, ("spec", "replicas"), "is missing, and there is no autoscaler")


@object_rule(18, "Argo CD leaves the replicas to the autoscaler")
def application_ignores_replicas(manifests: Manifests) -> Iterator[Problem]:
    if not manifests.autoscalers:
        return
    targets = [dig(autoscaler, "spec", "scaleTargetRef", "kind") for autoscaler in manifests.autoscalers]
    scaled = {str(target or "Deployment") for target in targets}
    for application in manifests.applications:
        kinds = {
            text(item, "kind")
            for _, item in entries(application, "spec", "ignoreDifferences")
            if "/spec/replicas" in texts(item, "jsonPointers")
        }
        if scaled - kinds:
            yield Problem(identity(application), ("spec", "ignoreDifferences"), "must ignore /spec/replicas")
        if "RespectIgnoreDifferences=true" not in texts(application, "spec", "syncPolicy", "syncOptions"):
            path = ("spec", "syncPolicy", "syncOptions")
            yield Problem(identity(application), path, "needs RespectIgnoreDifferences=true")


@object_rule(19, "One autoscaler for a workload, with bounds in order and something to scale on")
def autoscaler_is_sound(manifests: Manifests) -> Iterator[Problem]:
    targets: list[tuple[Any, Any]] = []
    for autoscaler in manifests.autoscalers:
        name = identity(autoscaler)
        least, most = bounds(autoscaler)
        target = mapping(autoscaler, "spec", "scaleTargetRef")
        if (key := (target.get("kind", "Deployment"), target.get("name"))) in targets:
            yield Problem(name, ("spec", "scaleTargetRef"), f"{key[0]}/{key[1]} has an autoscaler already")
        targets.append(key)
        if least > most:
            yield Problem(name, ("spec",), f"at least {least} replicas are more than {most} at most")
        metrics = "triggers" if autoscaler.get("kind") == "ScaledObject" else "metrics"
        if not dig(autoscaler, "spec", metrics):
            yield Problem(name, ("spec", metrics), "must not be empty")
        for again in twice(
            trigger["name"] for _, trigger in entries(autoscaler, "spec", "triggers") if "name" in trigger
        ):
            yield Problem(name, ("spec", "triggers"), f"KEDA refuses two triggers called {again}")
        tolerated = any("tolerance" in mapping(_behavior(autoscaler), way) for way in ("scaleDown", "scaleUp"))
        if tolerated and manifests.minor < ON_BY_DEFAULT["hpa-tolerance"]:
            yield Problem(name, ("spec", "behavior"), "before Kubernetes 1.35 the API server drops a tolerance")


@object_rule(19, "The metrics of an HPA stand in one order")
def metrics_are_ordered(manifests: Manifests) -> Iterator[Problem]:
    for autoscaler in manifests.of("HorizontalPodAutoscaler"):
        kinds = [text(metric, "type") for _, metric in entries(autoscaler, "spec", "metrics")]
        known = [_ORDER.index(kind) for kind in kinds if kind in _ORDER]
        if known != sorted(known):
            yield Problem(identity(autoscaler), ("spec", "metrics"), f"must stand in the order {', '.join(_ORDER)}")


@object_rule(19, "Utilization is measured only of containers that request the resource")
def utilization_has_request(manifests: Manifests) -> Iterator[Problem]:
    for autoscaler in manifests.autoscalers:
        pod = manifests.pod_of(mapping(autoscaler, "spec", "scaleTargetRef"))
        for path, resource, container in _utilizations(autoscaler) if pod else ():
            for measured in _measured(pod, container) if pod else ():
                if not dig(measured.spec, "resources", "requests", resource):
                    said = f"the container {measured.name} requests no {resource}, so its utilization has no meaning"
                    yield Problem(identity(autoscaler), path, said)


def _utilizations(autoscaler: Manifest) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Path, resource and container (empty for all of them) of each utilization metric."""
    for index, metric in entries(autoscaler, "spec", "metrics"):
        for part in ("resource", "containerResource"):
            if dig(metric, part, "target", "type") == "Utilization":
                yield ("spec", "metrics", index), text(metric, part, "name"), text(metric, part, "container")
    for index, trigger in entries(autoscaler, "spec", "triggers"):
        if trigger.get("type") in _KEDA_MEASURES and trigger.get("metricType", "Utilization") == "Utilization":
            container = text(trigger, "metadata", "containerName")
            yield ("spec", "triggers", index), text(trigger, "type"), container


def _measured(pod: Pod, container: str) -> list[Container]:
    return [candidate for candidate in pod.running if not container or candidate.name == container]


@object_rule(20, "Scaling to zero is left to who can scale up again")
def zero_can_wake(manifests: Manifests) -> Iterator[Problem]:
    for autoscaler in manifests.autoscalers:
        if bounds(autoscaler)[0] > 0:
            continue
        if autoscaler.get("kind") == "ScaledObject":
            if not any(_can_wake(trigger) for _, trigger in entries(autoscaler, "spec", "triggers")):
                said = "0 needs a trigger on what others measure: nothing runs that could say how much there is to do"
                yield Problem(identity(autoscaler), ("spec", "minReplicaCount"), said)
            continue
        kinds = [metric.get("type") for _, metric in entries(autoscaler, "spec", "metrics")]
        if manifests.minor < ON_BY_DEFAULT["hpa-scale-to-zero"] or not {"Object", "External"} & {*kinds}:
            said = "0 needs Kubernetes 1.37 and a metric of type Object or External"
            yield Problem(identity(autoscaler), ("spec", "minReplicas"), said)


def _can_wake(trigger: Mapping[str, Any]) -> bool:
    """Whether its value is there without pods: neither what the kubelet measures nor what the server exports."""
    if trigger.get("type") != "prometheus":
        return trigger.get("type") not in _KEDA_MEASURES
    try:
        read = parse(text(trigger, "metadata", "query")).selectors
    except PromqlError:
        return True
    return not read or any(not (selector.metric or "").startswith(OWN_METRICS) for selector in read)


@object_rule(21, "Scaling down waits at least as long as a start takes")
def scale_down_outlasts_start(manifests: Manifests) -> Iterator[Problem]:
    for autoscaler in manifests.autoscalers:
        pod = manifests.pod_of(mapping(autoscaler, "spec", "scaleTargetRef"))
        budget = max((startup_budget(container) for container in pod.servers), default=0) if pod else 0
        least = min(_LONGEST_WINDOW, int(budget / _MARGIN))
        window = number(_behavior(autoscaler), "scaleDown", "stabilizationWindowSeconds", default=300)
        if window < least:
            said = f"scaleDown.stabilizationWindowSeconds is {window}; a start may take {least} s"
            yield Problem(identity(autoscaler), ("spec", "behavior"), said)
        to_zero = autoscaler.get("kind") == "ScaledObject" and bounds(autoscaler)[0] == 0
        if to_zero and number(autoscaler, "spec", "cooldownPeriod", default=300) < least:
            yield Problem(identity(autoscaler), ("spec", "cooldownPeriod"), f"a start may take {least} s")


@object_rule(22, "A disruption budget lets one pod go at a time; a single replica has none")
def disruption_budget(manifests: Manifests) -> Iterator[Problem]:
    for budget in manifests.of("PodDisruptionBudget"):
        spec = mapping(budget, "spec")
        if spec.get("maxUnavailable") != 1 or "minAvailable" in spec:
            yield Problem(identity(budget), ("spec",), "must say maxUnavailable: 1")
        if spec.get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
            path = ("spec", "unhealthyPodEvictionPolicy")
            yield Problem(identity(budget), path, "must be AlwaysAllow: a broken pod must not hold a node")
    for pod in manifests.pods:
        covering = [
            budget
            for budget in manifests.of("PodDisruptionBudget")
            if selects(dig(budget, "spec", "selector"), pod.labels)
        ]
        least, most = replicas(manifests, pod)
        if most <= 1 and covering:
            yield Problem(identity(covering[0]), (), f"{pod.object} never has more than one replica")
        if least > 1 and not covering:
            yield Problem(pod.object, (), "has several replicas and no PodDisruptionBudget")


@object_rule(23, "Replicas spread over nodes and zones, each revision for itself, where they can")
def replicas_spread(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        constraints = entries(pod.spec, "topologySpreadConstraints")
        for index, constraint in constraints:
            where = ("topologySpreadConstraints", index)
            if constraint.get("whenUnsatisfiable") != "ScheduleAnyway":
                yield pod.problem(*where, "whenUnsatisfiable", "must be ScheduleAnyway, or a full zone stops a rollout")
            revision = _REVISION.get(text(pod.workload, "kind"), "pod-template-hash")
            if constraint.get("matchLabelKeys") != [revision]:
                yield pod.problem(*where, "matchLabelKeys", f"must be [{revision}], or the old pods count too")
        wanted = _NODES_ALONE if pod.workload.get("kind") == "LeaderWorkerSet" else _TOPOLOGY_KEYS
        missing = wanted - {text(constraint, "topologyKey") for _, constraint in constraints}
        if missing and replicas(manifests, pod)[1] > 1:
            yield pod.problem("topologySpreadConstraints", f"does not spread over {' and '.join(sorted(missing))}")
