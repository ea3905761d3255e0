"""Runbooks of replicas that are not there, not ready or not to be reached."""

from __future__ import annotations

from mlspec.plan.monitoring import replicas
from mlspec.plan.monitoring.promql import select, span

from .advice import Advice, Case, advises, promql, sh

_IMAGE = (
    "**The image cannot be pulled**: it was not pushed under the tag that the workload names, or the pull secret is "
    "wrong."
)
_ROOM = (
    "**No node has room**, or none has the accelerator that is asked for. The events say `FailedScheduling` and why."
)
_START = (
    "**The start takes longer than it may.** The start-up probe gives it {budget}; raise `health.startup`, or make "
    "the model faster to load."
)
_RAISES = (
    "**The server ends while it starts**: the log's last line has the reason, a missing package or a digest that is "
    "wrong."
)


def _start(case: Case) -> str:
    return _START.format(budget=span(case.subject.startup_budget))


@advises("MlspecMetricsAbsent")
def metrics_absent(case: Case) -> Advice:
    subject = case.subject
    return Advice(
        "Prometheus has scraped no replica with success. Nothing is known of its requests: while this lasts, the "
        "alerts of objectives are silent, whatever happens.",
        (
            promql(
                "What Prometheus knows of its targets: 0 is one that does not answer; nothing, that it has none.",
                select("up", {"namespace": subject.namespace, "job": subject.service}),
            ),
            case.pods,
            sh(
                "Whether the Service has pods behind it.",
                f"{case.kubectl} get endpointslices -l kubernetes.io/service-name={subject.service}",
            ),
            sh(
                "Whether the objects that lead Prometheus there exist.",
                f"{case.kubectl} get servicemonitor,networkpolicy {subject.service}",
            ),
        ),
        (
            "**No replica runs.** See MlspecNoReplicaReady: then callers get no answers either.",
            "**Prometheus does not select the ServiceMonitor**: its labels are `prometheus.ruleLabels` of the "
            "environment.",
            "**The network policy keeps Prometheus away**: it lets in the namespace that `prometheus.namespace` names.",
            "**Prometheus itself has trouble.** Then other models have this alert as well.",
        ),
    )


@advises("MlspecNoReplicaReady")
def no_replica_ready(case: Case) -> Advice:
    return Advice(
        "There should be replicas, and none is ready: callers get errors from the gateway, or none at all. Requests "
        "that reach no server are in none of its metrics.",
        (
            promql("How many there should be.", replicas.wanted(case.subject)),
            case.pods,
            case.events,
            sh(
                "The end of the log of the last try.",
                f"{case.kubectl} logs {case.selector} -c {case.subject.container} --tail=20 --prefix",
            ),
        ),
        (
            "**A new version that does not start**, where no old replica was kept. Take it back.",
            _RAISES,
            _start(case),
            _ROOM,
            _IMAGE,
        ),
    )


@advises("MlspecReplicasNotReady")
def replicas_not_ready(case: Case) -> Advice:
    return Advice(
        "Fewer replicas are ready than there should be, and no rollout is getting on. Requests are answered, by fewer.",
        (
            promql("How many there should be.", replicas.wanted(case.subject)),
            promql("How many are ready.", replicas.ready(case.subject)),
            case.pods,
            case.events,
        ),
        (
            _ROOM,
            "**A new version does not become ready**; the old one goes on. Take it back, or mend it.",
            _start(case),
            _IMAGE,
            "**A node is gone** and its pods with it: `kubectl get nodes`.",
        ),
    )


@advises("MlspecCrashLooping")
def crash_looping(case: Case) -> Advice:
    subject = case.subject
    restarts = select("kube_pod_container_status_restarts_total", subject.containers, 3600)
    reason = select("kube_pod_container_status_last_terminated_reason", subject.containers)
    return Advice(
        "The server's container ends again and again, and the kubelet waits longer and longer before it starts it "
        "again.",
        (
            sh(
                "Why the last one ended: the end of its log.",
                f"{case.kubectl} logs {case.selector} -c {subject.container} --previous --tail=20 --prefix",
            ),
            promql(
                "Why, as the kubelet has it: `OOMKilled` is memory, `Error` an exit status.",
                f"sum by (pod, reason) ({reason}) > 0",
            ),
            promql("Restarts in the last hour.", f"sum by (pod) (increase({restarts}))"),
            case.events,
        ),
        (
            "**`OOMKilled`: it needs more memory than `resources.memory`.** Raise it, or load a smaller model.",
            _RAISES,
            _start(case),
            "**The liveness probe fails**: the server does not answer any more. The events say `Liveness probe "
            "failed`.",
        ),
    )
