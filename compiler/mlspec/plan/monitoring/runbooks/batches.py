"""Runbooks of batches that fail or do not come."""

from __future__ import annotations

from mlspec.plan.monitoring.promql import select, span

from .advice import Advice, Case, advises, promql, sh


def _jobs(case: Case) -> str:
    name = case.batch.name if case.batch else ""
    return f"{case.kubectl} get jobs --sort-by=.metadata.creationTimestamp | grep {name}-"


@advises("MlspecBatchFailed")
def batch_failed(case: Case) -> Advice:
    failed = select("kube_job_failed", {**case.batch.jobs, "condition": "true"}) if case.batch else ""
    return Advice(
        "A Job has given up: a shard has failed as often as it may, or the run took longer than its timeout. Its "
        "output has no `_SUCCESS`, so whoever reads it can tell. What was scored stays: the same run, begun again, "
        "takes up the rest.",
        (
            promql("Which Job.", f"max by (job_name) ({failed}) > 0"),
            sh("Its runs, the last one below.", _jobs(case)),
            sh(
                "Why it failed: the ends of the logs of its pods.",
                f"{case.kubectl} logs -l batch.kubernetes.io/job-name=JOB --tail=20 --prefix",
            ),
        ),
        (
            "**A file of the input is not as it was**: a column is missing, or has another type. The log names file "
            "and column.",
            "**The store or the volume cannot be read or written.** The log has the store's own words.",
            "**More input than usual**, which takes longer than `batch.timeout`, or more memory than "
            "`resources.memory`.",
            "**A new version of the model.** Take it back.",
        ),
    )


@advises("MlspecBatchMissed")
def batch_missed(case: Case) -> Advice:
    batch = case.batch
    within = span(batch.silence) if batch and batch.silence is not None else ""
    name = batch.name if batch else ""
    succeeded = select("kube_cronjob_status_last_successful_time", batch.cron_job) if batch else ""
    return Advice(
        f"By its schedule and its timeout a run should have gone well within {within}, and none has.",
        (
            promql("Seconds since the last run that went well.", f"time() - max({succeeded})"),
            sh("The schedule: whether it is suspended, and when it last began.", f"{case.kubectl} get cronjob {name}"),
            sh("Its runs, the last one below.", _jobs(case)),
            sh("What the controller says.", f"{case.kubectl} describe cronjob {name} | sed -n '/^Events:/,$p'"),
        ),
        (
            "**Its runs fail**, one after the other. See MlspecBatchFailed.",
            "**A run waits**: for a node with room, for the accelerator, or in Kueue's queue.",
            "**The CronJob is suspended.** Somebody has done so by hand; Argo CD sets it back where it syncs by "
            "itself.",
            "**A run is still going**, and the next one waits for it.",
        ),
    )
