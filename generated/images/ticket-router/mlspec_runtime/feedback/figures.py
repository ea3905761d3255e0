"""Rows whose label has come -> the figures of accuracy, made when somebody reads them, over all workers of the pod."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from mlspec_runtime import metric_names as names
from mlspec_runtime.feedback.memory import Memory
from mlspec_runtime.feedback.packing import code_of
from mlspec_runtime.feedback.readings import name_of
from mlspec_runtime.feedback.score import Score, measure
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.metrics import Metrics
from mlspec_runtime.settings import Accuracy

_TEXTS = {
    names.ACCURACY: "The metric over the latest labels",
    names.ACCURACY_WEIGHT: "What it counts beside that of other replicas",
    names.ACCURACY_SAMPLES: "The latest labels",
}


class Figures(Collector):
    """Counts labels as they come; the gauges are computed anew only once there are others."""

    def __init__(self, manifest: Manifest, accuracy: Accuracy, memory: Memory, metrics: Metrics) -> None:
        self._labels = {names.MODEL: manifest.name, names.METRIC: accuracy.metric}
        self._memory = memory
        positive = code_of(name_of(accuracy.positive)) if accuracy.positive is not None else None
        self._measure = measure(accuracy.metric, positive)
        self._computed: dict[str, tuple[tuple[int, ...], int, Score | None]] = {}
        self._outcomes = metrics.counter(names.FEEDBACK, "Answers for which labels were sent, by what became of them")
        self._counted = metrics.counter(names.LABELS, "Rows whose label was counted, by the version that predicted")
        # As elsewhere: a series that begins with its first event has no increase.
        self._counted.labels(**self._labels, version=manifest.version)
        for outcome in names.OUTCOMES:
            self._outcomes.labels(model=manifest.name, outcome=outcome)
        metrics.add(self)

    def sent(self, outcome: str) -> None:
        """Labels for one answer came, and this became of them."""
        self._outcomes.labels(model=self._labels[names.MODEL], outcome=outcome).inc()

    def matched(self, version: str, rows: int) -> None:
        """So many rows that this version predicted have got their label."""
        self._counted.labels(**self._labels, version=version).inc(rows)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Without any sample: a registry asks for the names alone."""
        return iter([self._family(name) for name in _TEXTS])

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families = {name: self._family(name) for name in _TEXTS}
        for version, (samples, score) in sorted(self._scores().items()):
            labels = [self._labels.get(label, version) for label in names.LABEL_NAMES[names.ACCURACY]]
            families[names.ACCURACY_SAMPLES].add_metric(labels, samples)
            if score is not None:
                families[names.ACCURACY].add_metric(labels, score.value)
                families[names.ACCURACY_WEIGHT].add_metric(labels, score.weight)
        return iter(families.values())

    def _scores(self) -> dict[str, tuple[int, Score | None]]:
        """By version: how many labels there are, and what they say."""
        sheets = [sheet.matched.rows() for sheet in self._memory.all()]
        versions = {version for sheet in sheets for version in sheet}
        for gone in self._computed.keys() - versions:  # with the worker that had them
            del self._computed[gone]
        for version in versions:
            found = [sheet[version] for sheet in sheets if version in sheet]
            counts = tuple(count for count, _ in found)
            if self._computed.get(version, ((), 0, None))[0] != counts:
                rows = np.concatenate([rows for _, rows in found])
                rows = rows[np.isfinite(rows[:, 0])]  # a model may answer NaN; there is no error to count then
                self._computed[version] = counts, len(rows), self._measure(rows[:, 0], rows[:, 1])
        return {version: (samples, score) for version, (_, samples, score) in self._computed.items()}

    @staticmethod
    def _family(name: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(name, _TEXTS[name], labels=names.LABEL_NAMES[name])
