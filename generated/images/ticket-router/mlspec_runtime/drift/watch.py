"""A service, and what its settings say of drift -> every answered row counted, on a thread of its own."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop
from queue import SimpleQueue
from time import monotonic

from prometheus_client import Counter

from mlspec_runtime import metric_names as names
from mlspec_runtime.drift.buckets import Buckets
from mlspec_runtime.drift.collector import DriftCollector
from mlspec_runtime.drift.counting import count
from mlspec_runtime.drift.figures import Figures, SharedFigures
from mlspec_runtime.drift.inbox import Gathered, Inbox
from mlspec_runtime.drift.reference import read_reference
from mlspec_runtime.drift.window import Window
from mlspec_runtime.logs import fields, log
from mlspec_runtime.service import Service
from mlspec_runtime.settings import Drift

INTERVAL = 0.5
"""Seconds between two looks at what has been answered."""


def start_watch(service: Service, drift: Drift, loop: AbstractEventLoop) -> None:
    """From here on every answered request is looked at, or counted as skipped.

    Raises StartupError when the reference is missing or broken.
    """
    buckets = Buckets(read_reference(drift.reference))
    figures = SharedFigures(buckets.shape, service.siblings) if service.siblings else Figures(buckets.shape)
    service.metrics.add(DriftCollector(service.manifest, buckets, figures))
    counter = service.metrics.counter(names.DRIFT_SKIPPED, "Rows not looked at for drift")
    skipped = counter.labels(service.manifest.name, service.manifest.version)
    inbox = Inbox()
    service.observers.append(inbox.put)
    _Watch(loop, inbox, _Counts(buckets, drift.window, figures, skipped)).hand_over()


class _Watch:
    """The event loop hands over what is in the inbox, whenever the thread has done with what it got before."""

    def __init__(self, loop: AbstractEventLoop, inbox: Inbox, counts: _Counts) -> None:
        self._loop = loop
        self._inbox = inbox
        self._counts = counts
        self._work: SimpleQueue[Gathered] = SimpleQueue()
        self._is_busy = False
        self._said = False
        threading.Thread(target=self._run, name="drift", daemon=True).start()

    def hand_over(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._work.put(self._inbox.take())
        self._loop.call_later(INTERVAL, self.hand_over)

    def _run(self) -> None:
        while True:
            gathered = self._work.get()
            try:
                self._counts.look(gathered)
            except Exception as error:  # noqa: BLE001 - whatever it was about these, the next can be looked at
                self._tell(error)
            self._is_busy = False

    def _tell(self, error: Exception) -> None:
        """Once: it is tried again twice a second."""
        if not self._said:
            self._said = True
            log.error("drift could not be measured", exc_info=error, extra=fields({"event.action": "drift"}))


class _Counts:
    """Of the rows in the window. Used by one thread alone."""

    def __init__(self, buckets: Buckets, seconds: float, figures: Figures, skipped: Counter) -> None:
        self._buckets = buckets
        self._window = Window(buckets.shape, seconds, monotonic())
        self._figures = figures
        self._skipped = skipped

    def look(self, gathered: Gathered) -> None:
        """Also at nothing: what is too old leaves the window all the same."""
        counts, skipped = count(self._buckets, gathered.requests)
        now = monotonic()
        self._window.add(counts, now)
        if skipped + gathered.skipped:
            self._skipped.inc(skipped + gathered.skipped)
        self._figures.publish(self._window.total(now))
