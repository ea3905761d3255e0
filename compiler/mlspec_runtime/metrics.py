"""What happened to requests and batches -> Prometheus figures, under the names of `metric_names`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from mlspec_runtime import metric_names as names
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.tally import CounterTally, HistogramTally

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

cast(Callable[[], None], disable_created_metrics)()

_SHARED = "PROMETHEUS_MULTIPROC_DIR"

Inc = Callable[[], None]
Observe = Callable[[float], None]


class _OfAllWorkers(MultiProcessCollector):
    """Without files that a worker is just making: for a moment they are empty, which prometheus-client cannot read."""

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for file in Path(os.environ[_SHARED]).glob("*.db") if _has_content(file)]
        return cast(Callable[[list[str]], Iterable[Metric]], self.merge)(files)


def _has_content(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False  # its worker has just ended


class Metrics:
    """Holds one child object for each label set, so that a request pays for no look-up of labels."""

    def __init__(self, manifest: Manifest, latency_buckets: tuple[float, ...], registry: CollectorRegistry) -> None:
        self._registry = registry
        self._tallies: list[CounterTally | HistogramTally] = []
        self._pod: list[Collector] = []
        # Several workers add up in shared memory, where whoever is asked must find what the others have counted.
        self._is_alone = _SHARED not in os.environ
        self._model = {names.MODEL: manifest.name}
        self._release = {names.MODEL: manifest.name, names.VERSION: manifest.version}

        def counter(name: str, text: str) -> Counter:
            return Counter(name, text, names.LABEL_NAMES[name], registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(name, text, names.LABEL_NAMES[name], buckets=buckets, registry=registry)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(name, text, names.LABEL_NAMES[name], registry=registry, multiprocess_mode="livesum")

        self._requests = counter(names.REQUESTS, "Requests answered, by endpoint and status")
        self._durations = histogram(names.REQUEST_DURATION, "Time from headers to answer", latency_buckets)
        self._rejected = counter(names.REJECTED, "Requests turned away before the model saw them")
        self._predictions = counter(names.PREDICTIONS, "Rows predicted, by class where there are classes")
        batch_sizes = histogram(
            names.BATCH_SIZE, "Rows in one call of the model", tuple(map(float, names.BATCH_SIZE_BUCKETS))
        )
        inferences = histogram(names.INFERENCE_DURATION, "Time in the model alone", latency_buckets)
        waits = histogram(names.QUEUE_DURATION, "Time a request waited for the model", latency_buckets)
        self.in_progress = gauge(names.REQUESTS_IN_PROGRESS, "Requests accepted and not yet answered").labels(
            **self._model
        )
        self.queue_depth = gauge(names.QUEUE_DEPTH, "Requests that wait for the model").labels(**self._model)
        self._info = Gauge(
            names.MODEL_INFO,
            "The model that is served",
            names.LABEL_NAMES[names.MODEL_INFO],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._load = Gauge(
            names.MODEL_LOAD,
            "Time to verify, load and warm up the model",
            names.LABEL_NAMES[names.MODEL_LOAD],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.observe_batch = self._observer(batch_sizes.labels(**self._model))
        self.observe_inference = self._observer(inferences.labels(**self._release))
        self.observe_wait = self._observer(waits.labels(**self._release))
        self._answers: dict[tuple[str, str], tuple[Inc, Observe]] = {}
        self._classes: dict[str, Callable[[float], None]] = {}
        # A series that begins with its first failure has no increase: a rate over it would miss that one.
        for code in names.FAILURES:
            self._answer(names.ENDPOINT_INFER, code)
        for reason in names.REASONS:
            self._rejected.labels(**self._model, reason=reason)

    def answered(self, endpoint: str, code: str, seconds: float) -> None:
        """One request was answered; `endpoint` is one of the ENDPOINT names, never a path that a client chose."""
        count, observe = self._answers.get((endpoint, code)) or self._answer(endpoint, code)
        count()
        observe(seconds)

    def _answer(self, endpoint: str, code: str) -> tuple[Inc, Observe]:
        answer = self._answers[endpoint, code] = (
            self._incrementer(self._requests.labels(**self._release, endpoint=endpoint, code=code)),
            self._observer(self._durations.labels(**self._release, endpoint=endpoint)),
        )
        return answer

    def _incrementer(self, child: Counter) -> Callable[..., None]:
        if not self._is_alone:
            return child.inc
        tally = CounterTally(child)
        self._tallies.append(tally)
        return tally.inc

    def _observer(self, child: Histogram) -> Observe:
        if not self._is_alone:
            return child.observe
        tally = HistogramTally(child)
        self._tallies.append(tally)
        return tally.observe

    def rejected(self, reason: str) -> None:
        self._rejected.labels(**self._model, reason=reason).inc()

    def predicted(self, class_name: str, rows: int) -> None:
        add = self._classes.get(class_name)
        if add is None:
            labels = {**self._release, names.CLASS: class_name}
            add = self._classes[class_name] = self._incrementer(self._predictions.labels(**labels))
        add(rows)

    def loaded(self, manifest: Manifest, seconds: float) -> None:
        self._info.labels(**self._release, digest=manifest.digest or "", format=manifest.format).set(1)
        self._load.labels(**self._release).set(seconds)

    def counter(self, name: str, text: str) -> Counter:
        """A counter of a part that not every server has."""
        return Counter(name, text, names.LABEL_NAMES[name], registry=self._registry)

    def add(self, collector: Collector) -> None:
        """Figures that are computed when they are read; with several workers, by any of them for the whole pod."""
        self._pod.append(collector)
        if self._is_alone:
            self._registry.register(collector)

    def page(self) -> bytes:
        """The text that Prometheus reads; with several workers, the sum over all of them."""
        return generate_latest(self.source())

    def source(self) -> CollectorRegistry:
        """Where the figures of all workers are, up to date."""
        if self._is_alone:
            for tally in self._tallies:
                tally.flush()
            return self._registry
        shared = CollectorRegistry()
        cast(Callable[[CollectorRegistry], object], _OfAllWorkers)(shared)
        for collector in self._pod:
            shared.register(collector)
        return shared


def process_metrics(manifest: Manifest, latency_buckets: tuple[float, ...]) -> Metrics:
    """The figures of this process, next to prometheus-client's own about memory, CPU and file descriptors."""
    return Metrics(manifest, latency_buckets, REGISTRY)
