"""What has been scored so far -> a line of the log every few seconds, and figures that Prometheus reads meanwhile."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from mlspec_runtime import metric_names as names
from mlspec_runtime.logs import fields, log
from mlspec_runtime.manifest import Manifest


class Progress:
    """`total` is the weight of what this process has to do; `done` counts what was done before it was started, too."""

    def __init__(self, manifest: Manifest, port: int | None, every: float) -> None:
        """`every` seconds a line of the log; figures at `port`, where there is one."""
        registry = CollectorRegistry()
        labels = {names.MODEL: manifest.name, names.VERSION: manifest.version}
        known = names.BATCH_LABEL_NAMES
        rows = Counter(names.BATCH_ROWS, "Rows scored", known[names.BATCH_ROWS], registry=registry)
        share = Gauge(names.BATCH_PROGRESS, "Share of the work done", known[names.BATCH_PROGRESS], registry=registry)
        seconds = Counter(
            names.BATCH_MODEL_SECONDS, "Time in the model", known[names.BATCH_MODEL_SECONDS], registry=registry
        )
        self._rows_counter, self._seconds = rows.labels(**labels), seconds.labels(**labels)
        self._share = share.labels(**labels)
        if port is not None:
            start_http_server(port, registry=registry)
        self._every = every
        self._total = 0
        self._done = 0.0
        self.rows = 0
        self._started = perf_counter()
        self._told = self._started

    def begin(self, total: int) -> None:
        self._total = total

    def scored(self, rows: int, seconds: float) -> None:
        """After each call of the model."""
        self.rows += rows
        self._rows_counter.inc(rows)
        self._seconds.inc(seconds)

    def passed(self, weight: float) -> None:
        """So much more of the work is done."""
        self._done += weight
        self._share.set(self.share)
        if perf_counter() - self._told >= self._every:
            self.tell()

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self._done / self._total) if self._total else 1.0

    def tell(self) -> None:
        """A line of the log."""
        self._told = perf_counter()
        rate = self.rows / max(self._told - self._started, 1e-9)
        said = {"event.action": "batch-progress", "batch.rows": self.rows, "batch.progress": round(self.share, 4)}
        log.info("scoring", extra=fields({**said, "batch.rows_per_second": round(rate, 1)}))
