"""Jobs and CronJobs -> problems: runs that never end, overlap, count a node's end as a failure, or take requests."""

from __future__ import annotations

from collections.abc import Iterator

from ..manifests import Manifests, Pod, dig, entries, mapping, number
from ..problem import Path, Problem, identity
from ..selector import subset
from .registry import object_rule

_LEAST_START = 10


def jobs(manifests: Manifests) -> list[tuple[Pod, Path]]:
    """The pods of every Job with the path of its spec."""
    return [(pod, pod.path[:-1]) for pod in manifests.pods if pod.runs_to_completion]


@object_rule(37, "A run ends: it has a deadline, counts its failures by shard, and its pods do not start again")
def runs_end(manifests: Manifests) -> Iterator[Problem]:
    for pod, path in jobs(manifests):
        spec = mapping(pod.workload, *path)
        if not number(spec, "activeDeadlineSeconds"):
            yield Problem(pod.object, (*path, "activeDeadlineSeconds"), "is missing: a run that hangs would never end")
        if spec.get("completionMode") != "Indexed":
            yield Problem(pod.object, (*path, "completionMode"), "must be Indexed: a pod has to know its shard")
        elif number(spec, "parallelism", default=1) > number(spec, "completions"):
            yield Problem(pod.object, (*path, "parallelism"), "is more than there are shards")
        if "backoffLimitPerIndex" not in spec:
            yield Problem(
                pod.object, (*path, "backoffLimitPerIndex"), "is missing: one shard would use up all attempts"
            )
        if pod.spec.get("restartPolicy") != "Never":
            yield pod.problem("restartPolicy", "must be Never, or the Job does not see the failures")
        if pod.spec.get("restartPolicy") == "Never" and not _ignores_disruption(spec):
            yield Problem(
                pod.object, (*path, "podFailurePolicy"), "must ignore DisruptionTarget: a node that goes is no failure"
            )


def _ignores_disruption(spec: object) -> bool:
    return any(
        rule.get("action") == "Ignore" and condition.get("type") == "DisruptionTarget"
        for _, rule in entries(spec, "podFailurePolicy", "rules")
        for _, condition in entries(rule, "onPodConditions")
    )


@object_rule(38, "Runs by a schedule do not overlap, and are not made up for long after")
def schedules_are_kept(manifests: Manifests) -> Iterator[Problem]:
    for manifest in manifests.of("CronJob"):
        name = identity(manifest)
        if dig(manifest, "spec", "concurrencyPolicy") != "Forbid":
            yield Problem(name, ("spec", "concurrencyPolicy"), "must be Forbid: two runs would wait for the same cards")
        if number(manifest, "spec", "startingDeadlineSeconds") < _LEAST_START:
            said = f"must be {_LEAST_START} s at least: the controller looks every {_LEAST_START} s"
            yield Problem(name, ("spec", "startingDeadlineSeconds"), said)
        if not dig(manifest, "spec", "timeZone"):
            yield Problem(name, ("spec", "timeZone"), "is missing: it would be that of the control plane's machine")


@object_rule(39, "No Service sends requests to the pods of a Job")
def jobs_take_no_requests(manifests: Manifests) -> Iterator[Problem]:
    for pod, _ in jobs(manifests):
        for service in manifests.of("Service"):
            if subset(mapping(service, "spec", "selector"), pod.labels):
                yield pod.problem("containers", f"the Service {dig(service, 'metadata', 'name')} selects it")
