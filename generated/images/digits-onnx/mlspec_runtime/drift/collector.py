"""Counts of all workers -> the series of each feature, computed when somebody reads them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from mlspec_runtime import metric_names as names
from mlspec_runtime.drift.buckets import Buckets
from mlspec_runtime.drift.figures import Figures
from mlspec_runtime.drift.index import indices
from mlspec_runtime.manifest import Manifest


class DriftCollector(Collector):
    """A feature has no score before it has a row."""

    def __init__(self, manifest: Manifest, buckets: Buckets, figures: Figures) -> None:
        self._release = (manifest.name, manifest.version)
        self._buckets = buckets
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        counts = self._figures.total()
        rows = counts.sum(axis=1)
        found = indices(counts, self._buckets.expected, self._buckets.used)
        samples = _gauge(names.DRIFT_SAMPLES, "Rows in the window that drift is measured over")
        scores = _gauge(names.DRIFT_SCORE, "Population stability index of the window against the reference")
        for place, feature in enumerate(self._buckets.names):
            samples.add_metric([*self._release, feature], int(rows[place]))
            if rows[place]:
                scores.add_metric([*self._release, feature], float(found[place]))
        yield samples
        yield scores


def _gauge(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=names.LABEL_NAMES[name])
