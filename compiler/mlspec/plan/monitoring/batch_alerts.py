"""A subject and its batch -> the alerts that tell of a run that failed, and of one that never came.

Metrics are kube-state-metrics': a Job that has ended cannot be scraped any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.batch import longest_silence
from mlspec.plan.names import batch_name
from mlspec.plan.plan import AlertingRule

from .options import is_enabled
from .promql import Matchers, indent, select, span
from .subject import Subject, subject_of

_HELD = 60


class BatchSubject(Struct, frozen=True):
    """How the runs of one deployment are found. Times in seconds."""

    subject: Subject
    name: str
    """Of its CronJob; the names of its Jobs begin with it."""
    silence: int | None
    """How long after a run that went well the next one must have, too; None where there is no next one."""

    @property
    def jobs(self) -> Matchers:
        """Of kube-state-metrics' metrics of its Jobs: minutes or a digest follow the name."""
        return {"namespace": self.subject.namespace, "job_name": f"~{self.name}-[0-9a-f]+"}

    @property
    def cron_job(self) -> Matchers:
        return {"namespace": self.subject.namespace, "cronjob": self.name}


def batch_subject_of(resolved: ResolvedSpec, startup_budget: int) -> BatchSubject | None:
    """None where nothing is scored but requests."""
    asked = resolved.spec.batch
    if asked is None:
        return None
    return BatchSubject(subject_of(resolved, startup_budget), batch_name(resolved.name), longest_silence(asked))


def batch_alerts(batch: BatchSubject) -> Iterator[AlertingRule]:
    """Those of them that the spec leaves on."""
    return (rule for rule in _all(batch) if is_enabled(batch.subject.options, rule.alert))


def _all(batch: BatchSubject) -> Iterator[AlertingRule]:
    yield batch_failed(batch)
    if batch.silence is not None:
        yield batch_missed(batch, batch.silence)


def batch_failed(batch: BatchSubject) -> AlertingRule:
    """As KubeJobFailed of the kubernetes-mixin; it ends when the Job is removed."""
    failed = select("kube_job_failed", {**batch.jobs, "condition": "true"})
    return AlertingRule(
        alert="MlspecBatchFailed",
        expr=f"max by (namespace, job_name) ({failed}) > 0",
        for_=span(_HELD),
        labels=batch.subject.labels(batch.subject.options.batch_failed.severity),
        annotations={
            "summary": f"A batch of {batch.subject.name} has failed.",
            "description": "The Job {{ $labels.job_name }} has given up: the last lines of its pods' logs say why. Its "
            "output has no _SUCCESS. Shards that are done stay done: the same Job, run again, takes up the others.",
        },
    )


def batch_missed(batch: BatchSubject, silence: int) -> AlertingRule:
    """Whatever kept it away: no room, no queue, a schedule that is suspended, or runs that fail one after the other."""
    succeeded = select("kube_cronjob_status_last_successful_time", batch.cron_job)
    created = select("kube_cronjob_created", batch.cron_job)
    since = indent(f"{succeeded}\nor\n{created}")
    return AlertingRule(
        alert="MlspecBatchMissed",
        expr=f"time() - max by (namespace, cronjob) (\n{since}\n) > {silence}",
        for_=span(5 * _HELD),
        labels=batch.subject.labels(batch.subject.options.batch_missed.severity),
        annotations={
            "summary": f"No batch of {batch.subject.name} has succeeded for {{{{ $value | humanizeDuration }}}}.",
            "description": f"By its schedule and its timeout one should have within {span(silence)}. Look at the "
            "CronJob {{ $labels.cronjob }} and the events of its last Job.",
        },
    )
