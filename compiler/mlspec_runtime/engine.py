"""Inputs of one request -> its outputs: admission, deadlines, results. All of it on the event loop's thread."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections import deque
from math import ceil, inf
from time import perf_counter, time

from mlspec_runtime import metric_names as names
from mlspec_runtime.batching import Answer, Backlog, Batch, Client, Identify, Pending
from mlspec_runtime.datatypes import Array
from mlspec_runtime.errors import ClientGone, Refused, RequestError
from mlspec_runtime.formats import Model
from mlspec_runtime.metrics import Metrics
from mlspec_runtime.runners import Runner, start_runner
from mlspec_runtime.settings import Settings

STUCK_AFTER = 2.0
"""Timeouts that one call of the model may take before the server calls itself stuck."""


class Engine:
    """At most `concurrency + queue` requests are in it; what comes then is refused at once."""

    def __init__(self, loop: AbstractEventLoop, settings: Settings, metrics: Metrics) -> None:
        self._loop = loop
        self._settings = settings
        self._metrics = metrics
        self._timeout = settings.timeout
        self._limit = settings.concurrency + settings.queue
        self._batching = settings.batching
        self._backlog = Backlog(None, 1)
        self._runner: Runner | None = None
        self._by_deadline: deque[Pending] = deque()
        self._deadline_timer: asyncio.TimerHandle | None = None
        self._accepted = 0
        self._model_time = 0.0
        self._open = False
        self.last_inference_ms = 0

    def start(self, model: Model, *, has_rows: bool) -> None:
        """Starts the model's thread; `has_rows` says whether requests may be joined to batches."""
        batching = self._batching if has_rows else None
        concurrency = self._settings.concurrency
        self._backlog = Backlog(batching.max_size if batching else None, concurrency)
        self._runner = start_runner(model, self._backlog, self._finish_soon, concurrency)

    def open(self, identify: Identify | None = None) -> None:
        """From here on requests are users': they are counted in the metrics, and batches may be held for company.

        With `identify` their answers have ids.
        """
        self._open = True
        if self._runner is not None:
            self._runner.identify = identify
        self._backlog.max_wait = self._batching.max_wait if self._batching else 0.0

    @property
    def accepted(self) -> int:
        """Requests that have been let in and have no answer yet."""
        return self._accepted

    @property
    def waiting(self) -> int:
        return len(self._backlog)

    @property
    def stuck(self) -> bool:
        """Whether the model has been at one call for longer than any request may wait for it."""
        since = self._runner.computing_since() if self._runner else None
        return since is not None and perf_counter() - since > STUCK_AFTER * self._timeout

    def check_room(self) -> None:
        """Raises Refused when no more may be let in; asked before a body is read, so that saying no costs little."""
        if self._accepted >= self._limit:
            raise Refused(503, names.REASON_QUEUE_FULL, "the queue is full", (b"retry-after", self._retry_after()))

    def submit(
        self,
        inputs: dict[str, Array],
        rows: int | None,
        arrived: float,
        client: Client,
        *,
        is_warm_up: bool = False,
    ) -> asyncio.Future[Answer]:
        """Queues one request. The future gives its answer, a RequestError, or whatever the model raised.

        `rows` is None for a model without rows, `arrived` in `perf_counter` seconds. A warm-up has all the time that
        the start-up probe gives it. Raises Refused when full.
        """
        if self._runner is None:
            raise Refused(503, names.REASON_NOT_READY, "the model is not loaded yet", (b"retry-after", b"1"))
        self.check_room()
        deadline = inf if is_warm_up else arrived + self._timeout
        request = Pending(inputs, rows, arrived, deadline, client, self._loop.create_future())
        self._accepted += 1
        if not is_warm_up:
            self._by_deadline.append(request)
            if self._deadline_timer is None:
                self._deadline_timer = self._loop.call_later(self._timeout, self._expire)
        self._backlog.append(request)
        self._runner.wake()
        return request.future

    def _retry_after(self) -> bytes:
        """Seconds until what is accepted will have been computed, by the last call's time; from 1 to 60."""
        calls = self._accepted / (self._batching.max_size if self._batching else 1)
        return str(max(1, min(60, ceil(calls * self._model_time)))).encode()

    def _expire(self) -> None:
        """Answers 504 to requests whose time is up, whether they wait or compute; all share one timeout."""
        self._deadline_timer = None
        now = perf_counter()
        while self._by_deadline:
            request = self._by_deadline[0]
            if not request.future.done():
                if request.deadline > now:
                    self._deadline_timer = self._loop.call_later(request.deadline - now, self._expire)
                    return
                if self._backlog.remove(request):
                    self._accepted -= 1
                    self._metrics.rejected(names.REASON_TIMEOUT)
                request.future.set_exception(_over_time())
            self._by_deadline.popleft()

    def _finish_soon(self, batch: Batch, seconds: float) -> None:
        """Called on the model's thread."""
        self._loop.call_soon_threadsafe(self._finish, batch, seconds)

    def _finish(self, batch: Batch, seconds: float) -> None:
        for request in batch.requests:
            self._accepted -= 1
            if not request.future.done():
                if isinstance(request.outcome, tuple):
                    request.future.set_result(request.outcome)
                else:
                    request.future.set_exception(_as_exception(request.outcome))
        for request in batch.dropped:
            self._drop(request)
        while self._by_deadline and self._by_deadline[0].future.done():
            self._by_deadline.popleft()
        if batch.requests:
            self._observe(batch, seconds)

    def _drop(self, request: Pending) -> None:
        self._accepted -= 1
        gone = request.client.disconnected
        self._metrics.rejected(names.REASON_DISCONNECTED if gone else names.REASON_TIMEOUT)
        if not request.future.done():
            request.future.set_exception(ClientGone() if gone else _over_time())

    def _observe(self, batch: Batch, seconds: float) -> None:
        self._model_time = seconds
        self.last_inference_ms = round(time() * 1000)
        if not self._open:
            return
        self._metrics.observe_batch(batch.rows)
        self._metrics.observe_inference(seconds)
        observe_wait = self._metrics.observe_wait
        for request in batch.requests:
            observe_wait(batch.started - request.arrived)
        for class_name, rows in batch.predicted.items():
            self._metrics.predicted(class_name, rows)


def _as_exception(outcome: object) -> BaseException:
    """Some exceptions may not be set on a future (StopIteration) or would end the loop (SystemExit)."""
    if isinstance(outcome, Exception) and not isinstance(outcome, StopIteration):
        return outcome
    error = RuntimeError(f"the model raised {type(outcome).__name__}: {outcome}")
    error.__cause__ = outcome if isinstance(outcome, BaseException) else None
    return error


def _over_time() -> RequestError:
    return RequestError(504, "the model did not answer in time")
