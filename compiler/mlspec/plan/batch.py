"""ResolvedSpec -> how its stored rows are scored: an Indexed Job or a CronJob, its words, its volumes and its times."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.batch import Batch as Asked
from mlspec.spec.cron import parse_schedule

from .batch_stores import batch_identity, data_destinations, data_variables, fetch_identity
from .batch_volumes import INPUT, OUTPUT, place, plan_storage
from .delivery import identity_annotations, identity_labels
from .exposure import plan_destinations
from .image import PORT
from .labels import BATCH, COMPONENT, INSTANCE, NAME, plan_labels
from .names import batch_name, instance
from .plan import Batch, BatchSchedule, Labels, Manifest, NetworkAccess, Peer
from .quantities import seconds
from .settings import delivered_model

CONTAINER = "batch"
RETRIES = 3
HOPELESS = 2
"""The exit status of `mlspec_runtime.batch` after which no attempt can go well."""
_PYTHON = "/opt/venv/bin/python"
_JOB_LABEL = "batch.kubernetes.io/job-name"
_JOB_NAME = "MLSPEC_JOB_NAME"
_KEEP_FINISHED = 2 * 86_400
"""Long enough to look into after a week-end's failure has become a ticket, short enough to end its alert."""
_LATEST_START = 3_600
_LEAST_START = 60
"""Source: below 10 s a CronJob may never start, since its controller looks every 10 s."""


def plan_batch(resolved: ResolvedSpec, env: tuple[Manifest, ...], *, owned_by_argocd: bool) -> Batch | None:
    """None where nothing is scored but requests; `env` as the server has it."""
    asked = resolved.spec.batch
    if asked is None:
        return None
    environment = resolved.environment
    selector = batch_selector(resolved.name, environment.name)
    kueue = environment.spec.kueue
    volumes, mounts = plan_storage(resolved, asked)
    return Batch(
        name=batch_name(resolved.name),
        labels={**plan_labels(resolved), **selector, COMPONENT: BATCH},
        selector=selector,
        container=CONTAINER,
        command=(_PYTHON, "-m", "mlspec_runtime", "batch"),
        args=tuple(_escaped(word) for word in _words(resolved, asked)),
        env=_variables(resolved, asked, env),
        pod_labels=identity_labels(batch_identity(resolved)),
        pod_annotations=identity_annotations(fetch_identity(resolved), CONTAINER),
        account_annotations=batch_identity(resolved),
        metrics_port=PORT,
        metrics_port_name="metrics",
        volumes=volumes,
        mounts=mounts,
        shards=asked.shards,
        parallelism=asked.pods,
        retries=RETRIES,
        hopeless=HOPELESS,
        deadline=seconds(asked.timeout),
        # What a TTL removes, Argo CD finds missing, and would run again (argoproj/argo-cd#13851).
        keep_finished=None if asked.schedule is None and owned_by_argocd else _KEEP_FINISHED,
        schedule=_schedule(asked),
        queue=kueue.queue if kueue else None,
        network=NetworkAccess(
            callers=(Peer(environment.spec.prometheus.namespace),),
            anyone=False,
            destinations=plan_destinations(resolved, data_destinations(resolved)),
        ),
    )


def batch_selector(model: str, environment: str) -> Labels:
    """Of its pods, by which no object of the server finds them."""
    return {NAME: batch_name(model), INSTANCE: instance(model, environment)}


def longest_silence(asked: Asked) -> int | None:
    """Seconds after which a run must have gone well since the last one, if all is well; None without a schedule."""
    gaps = parse_schedule(asked.schedule).gaps() if asked.schedule else None
    if gaps is None:
        return None
    return seconds(gaps[1]) + seconds(asked.timeout) + _starting_deadline(seconds(gaps[0]))


def _starting_deadline(shortest: int) -> int:
    return max(_LEAST_START, min(_LATEST_START, shortest))


def _schedule(asked: Asked) -> BatchSchedule | None:
    gaps = parse_schedule(asked.schedule).gaps() if asked.schedule else None
    if asked.schedule is None or gaps is None:
        return None
    return BatchSchedule(asked.schedule, asked.time_zone, _starting_deadline(seconds(gaps[0])))


def _words(resolved: ResolvedSpec, asked: Asked) -> Iterator[str]:
    """Everything that a run depends on stands in its Job, which cannot change; a ConfigMap could, meanwhile."""
    yield f"--input={place(INPUT, asked.input)}"
    yield f"--output={place(OUTPUT, asked.output)}"
    yield f"--format={asked.format}"
    yield f"--shards={asked.shards}"
    yield f"--batch-size={asked.batch_size}"
    if asked.id is not None:
        yield f"--id={asked.id}"
    for column in asked.keep:
        yield f"--keep={column}"
    if asked.columns:
        yield f"--columns={json.dumps(asked.columns, sort_keys=True, ensure_ascii=False)}"
    if model := delivered_model(resolved):
        yield f"--delivered={json.dumps(model, ensure_ascii=False)}"
    if asked.schedule is not None:
        yield f"--time-zone={asked.time_zone}"
    yield f"--metrics-port={PORT}"
    yield f"--log-level={resolved.spec.logging.level}"
    yield f"--environment={resolved.environment.name}"
    if resolved.metadata.owner:
        yield f"--owner={resolved.metadata.owner}"


def _escaped(word: str) -> str:
    """Kubernetes expands `$(NAME)` and makes `$` of `$$`."""
    return word.replace("$", "$$") if "$(" in word or "$$" in word else word


def _variables(resolved: ResolvedSpec, asked: Asked, env: tuple[Manifest, ...]) -> tuple[Manifest, ...]:
    """The server's own, those of the stores, and the Job's name, which says for which time it was scheduled."""
    named = {item["name"]: item for item in env} | data_variables(resolved)
    if asked.schedule is not None:
        source = {"fieldRef": {"fieldPath": f"metadata.labels['{_JOB_LABEL}']"}}
        named[_JOB_NAME] = {"name": _JOB_NAME, "valueFrom": source}
    return tuple(named[name] for name in sorted(named))
