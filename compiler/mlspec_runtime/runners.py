"""Batches from the backlog -> outcomes: on one thread for a function, on an event loop of its own for a coroutine."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from itertools import repeat
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, Protocol

from mlspec_runtime.batching import Backlog, Batch, Identify, Outputs, Pending, join, split
from mlspec_runtime.classes import ClassCounter
from mlspec_runtime.datatypes import Array
from mlspec_runtime.formats import Model
from mlspec_runtime.signature import conform

Predict = Callable[[dict[str, Array]], Any]
Finish = Callable[[Batch, float], None]
"""Told of a batch whose requests have their outcomes, with the seconds that took; called on the runner's thread."""


class Runner(Protocol):
    """Calls the model. All but construction and `wake` happens on its own thread, which ends with the process."""

    identify: Identify | None
    """None where nobody asks how right the model is. May be set at any time."""

    def wake(self) -> None:
        """There is something in the backlog. Called by the event loop after it appended."""

    def computing_since(self) -> float | None:
        """When the oldest call that is still going on started, in `perf_counter` seconds."""


def start_runner(model: Model, backlog: Backlog, finish: Finish, concurrency: int) -> Runner:
    if inspect.iscoroutinefunction(model.predict):
        return CoroutineRunner(model, backlog, finish, concurrency)
    return ThreadRunner(model, backlog, finish)


class ThreadRunner:
    """One call at a time. While it computes, requests gather; when it is free, it takes all that fit at once."""

    def __init__(self, model: Model, backlog: Backlog, finish: Finish) -> None:
        self._predict: Predict = model.predict
        self._outputs = model.outputs
        self._classes = ClassCounter(model.classes)
        self.identify: Identify | None = None
        self._backlog = backlog
        self._finish = finish
        self._signal: SimpleQueue[None] = SimpleQueue()
        self._asleep = False
        self._since: float | None = None
        threading.Thread(target=self._run, name="model", daemon=True).start()

    def wake(self) -> None:
        if self._asleep:
            self._asleep = False
            self._signal.put(None)

    def computing_since(self) -> float | None:
        return self._since

    def _run(self) -> None:
        while True:
            batch = self._next()
            if batch.requests:
                self._since = batch.started
                self._compute(batch.requests, batch)
                self._since = None
            self._finish(batch, perf_counter() - batch.started)

    def _next(self) -> Batch:
        """The next batch that has something in it, dead or alive; sleeps until there is one."""
        while True:
            if self._backlog.max_wait:
                self._await_company()
            batch = self._backlog.take()
            if batch.requests or batch.dropped:
                return batch
            self._asleep = True
            # Looked at again after the flag: what came in between woke nobody.
            if not self._backlog:
                self._signal.get()
            self._asleep = False

    def _await_company(self) -> None:
        """Holds a batch that is not full for its `max_wait`, counted from its oldest request."""
        try:
            while True:
                self._asleep = True  # before the look, so that what comes after it wakes this thread
                left = self._backlog.fill_time()
                if left <= 0:
                    return
                self._signal.get(timeout=left)
        except Empty:
            return
        finally:
            self._asleep = False

    def _compute(self, requests: list[Pending], batch: Batch) -> None:
        """Fills in every request's outcome. When several fail together, each is tried alone: one may be at fault."""
        try:
            rows = None if requests[0].rows is None else sum([request.rows or 1 for request in requests])
            outputs: Outputs = conform(self._predict(join(requests)), self._outputs, rows)
            identify, lengths = self.identify, [request.rows for request in requests]
            ids = identify(outputs, lengths) if identify else repeat(None, len(requests))
            answers = list(zip(split(outputs, requests), ids, strict=True))
            classes = self._classes.count(outputs, rows or 1)
        except BaseException as error:  # noqa: BLE001 - a model may raise anything, even SystemExit; this thread must live
            if len(requests) == 1:
                requests[0].outcome = error
                return
            for request in requests:
                self._compute([request], batch)
            return
        for request, answer in zip(requests, answers, strict=True):
            request.outcome = answer
        batch.predicted.update(classes)


class CoroutineRunner:
    """Up to `concurrency` calls at once, one request each: what they wait for is not this process's work."""

    def __init__(self, model: Model, backlog: Backlog, finish: Finish, concurrency: int) -> None:
        self._predict: Predict = model.predict
        self._outputs = model.outputs
        self._classes = ClassCounter(model.classes)
        self.identify: Identify | None = None
        self._backlog = backlog
        self._finish = finish
        self._concurrency = concurrency
        self._calls: dict[asyncio.Task[None], float] = {}
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="model", daemon=True).start()

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self._start_calls)

    def computing_since(self) -> float | None:
        return min(list(self._calls.values()), default=None)

    def _start_calls(self) -> None:
        while self._backlog and len(self._calls) < self._concurrency:
            batch = self._backlog.take()
            call = self._loop.create_task(self._compute(batch))
            self._calls[call] = batch.started
            call.add_done_callback(self._end_call)

    def _end_call(self, call: asyncio.Task[None]) -> None:
        del self._calls[call]
        self._start_calls()

    async def _compute(self, batch: Batch) -> None:
        for request in batch.requests:
            try:
                outputs: Outputs = conform(await self._predict(request.inputs), self._outputs, request.rows)
                identify = self.identify
                (given,) = identify(outputs, [request.rows]) if identify else (None,)
                request.outcome = outputs, given
                batch.rows = request.rows or 1
                batch.predicted.update(self._classes.count(outputs, batch.rows))
            except BaseException as error:  # noqa: BLE001 - as in ThreadRunner
                request.outcome = error
        self._finish(batch, perf_counter() - batch.started)
