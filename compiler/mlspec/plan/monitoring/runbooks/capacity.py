"""Runbooks of servers that are near a limit, or far from any use."""

from __future__ import annotations

from mlspec.plan.monitoring.promql import select, span
from mlspec.plan.monitoring.starts import start_seconds_by_pod
from mlspec.plan.quantities import size

from .advice import Advice, Case, advises, promql, sh

_WINDOW = 300
_HOURS = 6 * 3_600
_FASTER = "**A model that has become slower**: compare with the time before the last change, and take that back."


@advises("MlspecStartupSlow")
def startup_slow(case: Case) -> Advice:
    subject = case.subject
    of_load = ("Loading the model takes", "loading")
    takes, measured = of_load if subject.dialect.load else ("The last start of a replica took", "its last start")
    compiled = (
        "**It compiles the model and captures graphs at every start**, which the log times. `--enforce-eager` in "
        "`server.args` leaves that out, and answers take longer.",
    )
    return Advice(
        f"{takes} nearly as long as a start may, which is {span(subject.startup_budget)} in all. A start that takes "
        "longer is ended and begun anew, and never succeeds. Nothing is wrong yet; the next node may be slower.",
        (
            promql(f"Seconds that {measured} took, by replica.", start_seconds_by_pod(subject)),
            sh(
                "When each of its steps was done.",
                f"{case.kubectl} logs {case.selector} -c {subject.container} --tail=-1 --prefix | head -40",
            ),
        ),
        (
            "**A larger model.** Raise `health.startup`; without it the budget follows from `model.size`.",
            *(() if subject.dialect.load else compiled),
            "**A slow disk or a busy CPU while it loads**: more `resources.cpu`, or nodes with faster disks.",
        ),
    )


@advises("MlspecRequestsRefused")
def requests_refused(case: Case) -> Advice:
    subject, dialect = case.subject, case.subject.dialect
    refused = select(dialect.refused, {**subject.series, **dialect.queue_full}, _WINDOW)
    requests = select(dialect.requests, subject.requests, _WINDOW)
    held = "\n+\n".join(f"sum by (pod) ({select(name, subject.series)})" for name in dialect.in_hand)
    return Advice(
        f"The queue, which holds {subject.queue} requests of each replica, has been full for some time. Callers get "
        "503 with `Retry-After`, and count as failures of the objective.",
        (
            promql("Refusals a second, by replica.", f"sum by (pod) (rate({refused}))"),
            promql("Requests a second in all.", f"sum(rate({requests}))"),
            promql("Requests that each replica has in hand.", held),
            case.pods,
        ),
        (
            "**More requests than the replicas can do.** Raise `replicas`, or `scaling.maxReplicas` where it is "
            "reached.",
            "**Too few replicas are ready.** See MlspecReplicasNotReady.",
            _FASTER,
            "**Short bursts.** A longer `server.queue` holds them, at the cost of time; `server.batching` makes more "
            "of each.",
        ),
    )


@advises("MlspecRequestsWaiting")
def requests_waiting(case: Case) -> Advice:
    subject = case.subject
    waiting = select(subject.dialect.waiting or "", subject.series)
    held = "\n+\n".join(f"sum by (pod) ({select(name, subject.series)})" for name in subject.dialect.in_hand)
    return Advice(
        "There are always requests that wait until the cards have memory for them. Nobody is refused, since the "
        "queue has no end; everybody waits longer.",
        (
            promql("Requests that wait, by replica.", f"sum by (pod) ({waiting})"),
            promql("Requests at work and waiting.", held),
            promql(
                "Share of the cards' memory for answers that is used.",
                f"max by (pod) ({select('vllm:kv_cache_usage_perc', subject.series)})",
            ),
            case.pods,
        ),
        (
            "**More requests than the replicas can do.** Raise `replicas`, or `scaling.maxReplicas` where it is "
            "reached.",
            "**Longer prompts or answers**: each takes more of the cards' memory. A smaller `--max-model-len` bounds "
            "them.",
            "**A bound is wanted**: with `server.queue` requests beyond it are refused at once, and callers can go "
            "elsewhere.",
        ),
    )


@advises("MlspecMemoryNearLimit")
def memory_near_limit(case: Case) -> Advice:
    subject = case.subject
    used = select("container_memory_working_set_bytes", subject.containers)
    return Advice(
        f"The server uses nearly all of the {size(subject.memory)} that it may have. Above that the kernel kills it "
        "in the middle of its requests.",
        (
            promql(
                "Bytes in use, by replica. A line that only rises is a leak; steps are larger requests.",
                f"max by (pod) ({used})",
            ),
            promql(
                "By how much it grew in the last hours.",
                f"max by (pod) (delta({select('container_memory_working_set_bytes', subject.containers, _HOURS)}))",
            ),
            sh(
                "Whether it has been killed for it before.",
                f"{case.kubectl} get pods {case.selector} -o "
                "custom-columns=POD:.metadata.name,LAST:.status.containerStatuses[*].lastState.terminated.reason",
            ),
        ),
        (
            "**A larger model or larger batches.** Raise `resources.memory`, or lower `server.batching.maxSize`.",
            "**Larger requests.** `server.maxBody` bounds them, `server.concurrency` and `server.queue` how many are "
            "held.",
            "**A handler that keeps what it should let go.** Take back its last change, or start the pods anew to "
            "win time.",
        ),
    )


@advises("MlspecAcceleratorIdle")
def accelerator_idle(case: Case) -> Advice:
    subject = case.subject
    metric, whole = ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "100 * ") if subject.gpu_slice else ("DCGM_FI_DEV_GPU_UTIL", "")
    exported = {f"exported_{label}": value for label, value in subject.pods.items()}
    used = "\nor\n".join(f"{whole}{select(metric, pods)}" for pods in (subject.pods, exported))
    requests = select(subject.dialect.requests, subject.requests, 3_600)
    return Advice(
        "The GPUs of this model have hardly done anything for hours. Nothing fails; somebody pays for them, and "
        "nobody else can have them.",
        (
            promql("Percent of the time in which each works.", used),
            promql("Requests a second, over an hour.", f"sum(rate({requests}))"),
        ),
        (
            "**Few requests.** Fewer `replicas`, `scaling` down to zero, a slice of a card or none at all would do.",
            "**The model computes on the CPU**: the log of the start says which device it took.",
            "**Requests come one by one.** `server.batching` lets the card work on several at once.",
            "**That is as it should be**, for a model that must answer at once, and seldom has to: switch the alert "
            "off with `monitoring.defaultAlerts.acceleratorIdle: {enabled: false}`.",
        ),
    )
