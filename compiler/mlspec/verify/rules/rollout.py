"""How a workload replaces its pods -> problems: strategy, deadline, selector, and what makes it roll."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.plan.labels import INSTANCE, NAME
from mlspec.plan.settings import DIGEST_ANNOTATION, settings_digest

from ..manifests import Container, Manifests, Pod, dig, entries, mapping, number, text, texts
from ..problem import Problem
from .probes import startup_budget
from .registry import object_rule
from .resources import has_devices

_DEFAULT_DEADLINE = 600
_EXPECTED = "--expected="
"""The argument by which the container that fetches a model is told how long that was planned to take."""


_CANARY = ("strategy", "canary")
_GROUPS = "LeaderWorkerSet"
_REPLACING = ("Deployment", "Rollout", _GROUPS)
_BOUNDS = {"Rollout": _CANARY, _GROUPS: ("rolloutStrategy", "rollingUpdateConfiguration")}


def replacing(manifests: Manifests) -> list[Pod]:
    """The pods that are replaced by newer ones of the same workload; of groups the template that answers."""
    pods = [pod for pod in manifests.pods if pod.path[-1] != "workerTemplate"]
    return [pod for pod in pods if pod.workload.get("kind") in _REPLACING]


def _bounds(pod: Pod) -> tuple[str, ...]:
    """Where below the spec surge and unavailable stand."""
    return _BOUNDS.get(text(pod.workload, "kind"), ("strategy", "rollingUpdate"))


def _is_routed(pod: Pod) -> bool:
    """Whether requests are divided by a route: Argo Rollouts knows neither surge nor unavailable then."""
    return "trafficRouting" in mapping(pod.workload, "spec", *_CANARY)


def _problem(pod: Pod, *path_and_message: str) -> Problem:
    *path, message = path_and_message
    return Problem(pod.object, ("spec", *path), message)


@object_rule(9, "A rollout never waits for a spare accelerator, nor for a volume that one node holds")
def rollout_cannot_deadlock(manifests: Manifests) -> Iterator[Problem]:
    for pod in replacing(manifests):
        if dig(pod.workload, "spec", "strategy", "type") == "Recreate":
            continue
        if any(has_devices(container) for container in pod.containers):
            yield from _waits_for_cards(pod)
        if _holds_exclusive_claim(manifests, pod):
            yield _problem(pod, _bounds(pod)[0], "a ReadWriteOnce volume needs the strategy Recreate")


def _waits_for_cards(pod: Pod) -> Iterator[Problem]:
    if _is_routed(pod):
        if dig(pod.workload, "spec", *_CANARY, "dynamicStableScale") is not True:
            said = "must be true: at the end both versions would have all replicas, where accelerators are scarce"
            yield _problem(pod, *_CANARY, "dynamicStableScale", said)
        return
    for bound in ("maxSurge", "maxUnavailable"):
        if not isinstance(dig(pod.workload, "spec", *_bounds(pod), bound), int):
            yield _problem(pod, _bounds(pod)[0], f"{bound} must be a number of pods where accelerators are scarce")


def _holds_exclusive_claim(manifests: Manifests, pod: Pod) -> bool:
    for _, volume in entries(pod.spec, "volumes"):
        claim = manifests.named("PersistentVolumeClaim", dig(volume, "persistentVolumeClaim", "claimName"))
        if claim is not None and dig(claim, "spec", "accessModes") in (["ReadWriteOnce"], ["ReadWriteOncePod"]):
            return True
    return False


@object_rule(10, "Surge and unavailable are not both 0; Recreate has no rollingUpdate")
def rollout_can_move(manifests: Manifests) -> Iterator[Problem]:
    for pod in replacing(manifests):
        strategy = mapping(pod.workload, "spec", "strategy")
        rolling = mapping(pod.workload, "spec", *_bounds(pod))
        if strategy.get("type") == "Recreate" and "rollingUpdate" in strategy:
            yield _problem(pod, "strategy", "rollingUpdate", "has no place under Recreate")
        if rolling and _is_zero(rolling.get("maxSurge", "25%")) and _is_zero(rolling.get("maxUnavailable", "25%")):
            yield _problem(pod, *_bounds(pod), "surge and unavailable are both 0: no pod could be replaced")


def _is_zero(count: Any) -> bool:
    return str(count).removesuffix("%") in ("0", "00", "000")


@object_rule(11, "The progress deadline is longer than a start, the model's arrival included, and the drain before it")
def deadline_outlasts_start(manifests: Manifests) -> Iterator[Problem]:
    for pod in replacing(manifests):
        if pod.workload.get("kind") == _GROUPS:
            continue  # its controller has no deadline
        deadline = number(pod.workload, "spec", "progressDeadlineSeconds", default=_DEFAULT_DEADLINE)
        grace = number(pod.spec, "terminationGracePeriodSeconds", default=30)
        start = max((startup_budget(container) for container in pod.servers), default=0)
        needed = grace + start + sum(map(_planned, pod.containers))
        if deadline <= needed:
            said = f"{deadline} s are not more than the {needed} s that drain, model and start may take"
            yield _problem(pod, "progressDeadlineSeconds", said)


def _planned(container: Container) -> int:
    """Seconds that are planned for a container that fetches before the others start."""
    stated = [each for each in texts(container.spec, "args") if each.startswith(_EXPECTED)]
    text_of = stated[0].removeprefix(_EXPECTED) if stated and container.starts_before else ""
    return int(text_of) if text_of.isdecimal() else 0


@object_rule(12, "A workload finds its pods by name and instance alone, which its template has")
def selector_is_fixed(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        if pod.workload.get("kind") == _GROUPS:
            continue  # its controller finds them by labels of its own
        if pod.runs_to_completion:
            continue  # its controller makes one, of a label that is unique to it
        selector = mapping(pod.workload, "spec", "selector")
        labels = mapping(selector, "matchLabels")
        if set(selector) != {"matchLabels"} or set(labels) != {NAME, INSTANCE}:
            said = f"must have the labels {NAME} and {INSTANCE} and nothing else: it can never be changed"
            yield _problem(pod, "selector", said)
        for key, wanted in labels.items():
            if pod.labels.get(key) != wanted:
                yield _problem(pod, "selector", "matchLabels", key, f"the template's label is `{pod.labels.get(key)}`")


@object_rule(13, "Settings that a pod reads are digested in an annotation of its template")
def settings_roll_pods(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for _, volume in entries(pod.spec, "volumes"):
            config = manifests.named("ConfigMap", dig(volume, "configMap", "name"))
            if config is None or "settings.json" not in mapping(config, "data"):
                continue
            digest = settings_digest(text(config, "data", "settings.json"), text(config, "data", "drift.json"))
            if dig(pod.template, "metadata", "annotations", DIGEST_ANNOTATION) != digest:
                said = f"must be {digest}, or a change of settings reaches no pod"
                where = (*pod.path[1:], "metadata", "annotations", DIGEST_ANNOTATION)
                yield _problem(pod, *(str(step) for step in where), said)
