"""One model in one environment, compiled -> what the page says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.cost import HourlyCost, hourly_cost
from mlspec.plan.grafana import dashboard_url
from mlspec.plan.monitoring.accuracy import WORDS, bound
from mlspec.plan.monitoring.drift_alert import drift_watch_of
from mlspec.plan.monitoring.promql import number, span
from mlspec.plan.quantities import duration
from mlspec.plan.resources import devices
from mlspec.plan.rollout import most_replicas
from mlspec.spec.monitoring import Latency
from mlspec.verify.manifests import items, mapping, text

from .picture import Picture, draw
from .references import Thing, references, routes, thing

_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_LINK = re.compile(r"https?://")


@dataclass(frozen=True)
class Alert:
    name: str
    severity: str
    wait: str
    summary: str
    runbook: str | None


@dataclass(frozen=True)
class Row:
    """An object of the cluster, its file, and what it refers to."""

    thing: Thing
    file: str
    refers: tuple[Thing, ...]


@dataclass(frozen=True)
class Bounds:
    """A number that has a least and a most."""

    least: int
    most: int

    def __str__(self) -> str:
        return str(self.most) if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True)
class Deployment:
    """One model in one environment."""

    anchor: str
    model: str
    environment: str
    version: str
    format: str
    source: str
    owner: str | None
    description: str | None
    image: str
    workload: str
    replicas: Bounds | None
    """None where there is no server."""
    batch: str | None
    accelerators: str | None
    cards: Bounds
    cost: HourlyCost | None
    objectives: tuple[str, ...]
    watched: tuple[str, ...]
    """Of the predictions themselves: drift and accuracy."""
    alerts: tuple[Alert, ...]
    routes: tuple[str, ...]
    dashboard: str | None
    rows: tuple[Row, ...]
    picture: Picture

    @property
    def words(self) -> str:
        """By which it is found."""
        told = (self.model, self.environment, self.version, self.format, self.owner, self.accelerators)
        return " ".join(each for each in told if each).lower()

    def count(self, severity: str) -> int:
        return sum(alert.severity == severity for alert in self.alerts)


def facts(resolved: ResolvedSpec, outputs: Sequence[Output]) -> Deployment:
    """`outputs` are its files with the overrides applied: what is said of objects is what would run."""
    spec = resolved.spec
    files = [output for output in outputs if isinstance(output, ManifestFile)]
    things = [thing(file.manifest) for file in files]
    found = references(files, resolved.environment.spec.kubernetes)
    replicas = _replicas(resolved) if spec.serves else None
    return Deployment(
        # Neither name can contain an underscore.
        anchor=f"{resolved.name}_{resolved.environment.name}",
        model=resolved.name,
        environment=resolved.environment.name,
        version=spec.model.version,
        format=spec.model.format,
        source=resolved.model.source,
        owner=resolved.metadata.owner,
        description=resolved.metadata.description,
        image=_image(files),
        workload=next((each.kind for each in things if each.kind in _WORKLOADS), ""),
        replicas=replicas,
        batch=_batch(resolved),
        accelerators=_accelerators(resolved),
        cards=_cards(resolved, replicas),
        cost=hourly_cost(resolved),
        objectives=tuple(_objectives(resolved)),
        watched=tuple(_watched(resolved)),
        alerts=tuple(_alerts(files)),
        routes=tuple(routes(files)),
        dashboard=dashboard_url(resolved),
        rows=tuple(
            Row(each, file.path, tuple(reference.target for reference in found if reference.source == each))
            for each, file in zip(things, files, strict=True)
        ),
        picture=draw([each for each in things if each.kind != "Application"], found),
    )


_WORKLOADS = ("Deployment", "Rollout", "LeaderWorkerSet", "CronJob", "Job")


def _replicas(resolved: ResolvedSpec) -> Bounds:
    most = most_replicas(resolved)
    scaling = resolved.spec.scaling
    return Bounds(scaling.min_replicas if scaling else most, most)


def _batch(resolved: ResolvedSpec) -> str | None:
    asked = resolved.spec.batch
    if asked is None:
        return None
    when = f"at `{asked.schedule}` ({asked.time_zone})" if asked.schedule else "once"
    return f"{when}, {asked.pods} {'pod' if asked.pods == 1 else 'pods'}"


def _accelerators(resolved: ResolvedSpec) -> str | None:
    """Of one replica."""
    asked = resolved.spec.resources.accelerator
    if asked is None:
        return None
    part = f" {asked.mig}" if asked.mig else ""
    return f"{devices(asked)} × {asked.type}{part}"


def _cards(resolved: ResolvedSpec, replicas: Bounds | None) -> Bounds:
    """Of all replicas, and of a batch while it runs."""
    asked, batch = resolved.spec.resources.accelerator, resolved.spec.batch
    each = devices(asked) if asked else 0
    served = replicas or Bounds(0, 0)
    return Bounds(each * served.least, each * (served.most + (batch.pods if batch else 0)))


def _image(files: Sequence[ManifestFile]) -> str:
    """That of the first container of the first workload."""
    for file in files:
        for path in (("spec", "template"), ("spec", "jobTemplate", "spec", "template")):
            for container in items(file.manifest, *path, "spec", "containers"):
                return text(container, "image")
        for container in items(file.manifest, "spec", "leaderWorkerTemplate", "leaderTemplate", "spec", "containers"):
            return text(container, "image")
    return ""


def _objectives(resolved: ResolvedSpec) -> Iterator[str]:
    slo = resolved.spec.monitoring.slo
    if slo is None or not resolved.spec.serves:
        return
    over = f"over {duration(slo.period)}"
    if slo.availability is not None:
        yield f"{_percent(slo.availability)} without an error {over}"
    if slo.latency is not None:
        yield f"{_time(slo.latency)} {over}"
    if slo.time_per_output_token is not None:
        yield f"{_time(slo.time_per_output_token)} for each token {over}"


def _watched(resolved: ResolvedSpec) -> Iterator[str]:
    watch, accuracy = drift_watch_of(resolved), resolved.spec.monitoring.accuracy
    if watch is not None:
        over = f"index at most {number(watch.threshold)} over {span(watch.window)}"
        yield f"drift of features: {over}, told where a replica has {watch.samples:,} rows in that time"
    if accuracy is not None:
        limit = f"at most {bound(accuracy)}" if accuracy.minimum is None else f"at least {_percent(accuracy.minimum)}"
        yield f"{WORDS[accuracy.metric]} {limit}"


def _time(objective: Latency) -> str:
    return f"{_percent(objective.target)} within {duration(objective.threshold)}"


def _percent(share: Decimal) -> str:
    return f"{number(share * 100)}%"


def _alerts(files: Sequence[ManifestFile]) -> Iterator[Alert]:
    rules = [
        rule
        for file in files
        if file.manifest.get("kind") == "PrometheusRule"
        for group in items(file.manifest, "spec", "groups")
        for rule in items(group, "rules")
    ]
    for rule in rules:
        if "alert" in rule:
            runbook = text(rule, "annotations", "runbook_url")
            yield Alert(
                name=text(rule, "alert"),
                severity=text(rule, "labels", "severity"),
                wait=text(rule, "for") or "at once",
                summary=_TEMPLATE.sub("…", text(mapping(rule, "annotations"), "summary")).replace("….", "…"),
                # What an override may have put there is followed only where it is an address.
                runbook=runbook if _LINK.match(runbook) else None,
            )
