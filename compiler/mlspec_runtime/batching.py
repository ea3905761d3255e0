"""Requests that wait for the model -> batches of requests that can be computed together."""

from __future__ import annotations

from asyncio import Future
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

import numpy as np

from mlspec_runtime.datatypes import Array

Outputs = dict[str, Array]
Answer = tuple[Outputs, str | None]
"""The model's outputs for one request, and the id under which labels can be sent for it; None where they cannot."""
Identify = Callable[[Outputs, Sequence[int | None]], Iterable[str | None]]
"""The outputs of a batch, and the rows of each request in it -> the ids of the answers. On the model's thread."""


class Client(Protocol):
    """Who waits for the answer."""

    disconnected: bool


class Pending:
    """One accepted request. `rows` is None for a model without rows; times are `perf_counter` seconds.

    `future` belongs to the event loop: other threads may only ask whether it is done.
    """

    __slots__ = ("arrived", "client", "deadline", "future", "inputs", "key", "outcome", "rows")

    def __init__(
        self,
        inputs: dict[str, Array],
        rows: int | None,
        arrived: float,
        deadline: float,
        client: Client,
        future: Future[Answer],
    ) -> None:
        self.inputs = inputs
        self.rows = rows
        self.arrived = arrived
        self.deadline = deadline
        self.client = client
        self.future = future
        self.key: Hashable = None
        self.outcome: Answer | BaseException | None = None


@dataclass(slots=True)
class Batch:
    """Requests of one signature, and those that were found dead while it was gathered; `predicted` is rows by class."""

    started: float
    requests: list[Pending] = field(default_factory=list)
    dropped: list[Pending] = field(default_factory=list)
    rows: int = 0
    predicted: Counter[str] = field(default_factory=Counter)


class Backlog:
    """A first-in-first-out queue. The event loop appends; only the model's thread takes.

    `max_wait` in seconds is how long a batch that is not full may be held.
    """

    def __init__(self, max_rows: int | None, max_requests: int) -> None:
        self._max_rows = max_rows
        self._max_requests = max_requests if max_rows is not None else 1
        self._waiting: deque[Pending] = deque()
        self.max_wait = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def append(self, request: Pending) -> None:
        if self._max_rows is not None:
            request.key = tuple([array.shape[1:] for array in request.inputs.values()])
        self._waiting.append(request)

    def remove(self, request: Pending) -> bool:
        """Whether the request was still waiting; it no longer is."""
        try:
            self._waiting.remove(request)
        except ValueError:
            return False
        return True

    def take(self) -> Batch:
        """All that can be computed at once: same signature, at most `max_rows` rows; other signatures keep their turn.

        A request with more rows than that is a batch of its own. Dead requests come out as dropped.
        """
        batch = Batch(perf_counter())
        passed_over: list[Pending] = []
        while self._waiting and len(batch.requests) < self._max_requests:
            request = self._waiting.popleft()
            if request.future.done() or request.deadline <= batch.started or request.client.disconnected:
                batch.dropped.append(request)
            elif not batch.requests or self._joins(batch, request):
                batch.requests.append(request)
                batch.rows += request.rows or 1
            else:
                passed_over.append(request)
                if request.key == batch.requests[0].key:
                    break
        self._waiting.extendleft(reversed(passed_over))
        return batch

    def fill_time(self) -> float:
        """Seconds that the oldest request may still wait for company; 0 or less when a full batch is there."""
        if not self.max_wait:
            return 0.0
        waiting = list(self._waiting)
        if not waiting or self._max_rows is None or sum(request.rows or 1 for request in waiting) >= self._max_rows:
            return 0.0
        return waiting[0].arrived + self.max_wait - perf_counter()

    def _joins(self, batch: Batch, request: Pending) -> bool:
        return (
            request.key == batch.requests[0].key
            and self._max_rows is not None
            and batch.rows + (request.rows or 1) <= self._max_rows
        )


def join(requests: list[Pending]) -> dict[str, Array]:
    """The inputs of all requests as one set of inputs: row after row, in the order of the requests."""
    if len(requests) == 1:
        return requests[0].inputs
    return {name: np.concatenate([request.inputs[name] for request in requests]) for name in requests[0].inputs}


def split(outputs: Outputs, requests: list[Pending]) -> list[Outputs]:
    """The outputs of the batch as those of each request: views, not copies."""
    if len(requests) == 1:
        return [outputs]
    parts: list[Outputs] = []
    stop = 0
    for request in requests:
        start, stop = stop, stop + (request.rows or 1)
        parts.append({name: array[start:stop] for name, array in outputs.items()})
    return parts
