"""Answered requests -> as many of them as can be looked at, gathered until somebody does."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlspec_runtime.batching import Outputs
from mlspec_runtime.datatypes import Array
from mlspec_runtime.protocol.message import Inference

MOST_ROWS = 256
"""Between two looks: some hundred rows a second say as much as all."""
MOST_BYTES = 1 << 20
"""Of request bodies, which are kept until then."""

Answered = tuple[dict[str, Array], Outputs]


@dataclass(slots=True)
class Gathered:
    """Requests, and the rows that were passed over besides them."""

    requests: list[Answered] = field(default_factory=list)
    skipped: int = 0


class Inbox:
    """The event loop's thread owns it."""

    __slots__ = ("_bytes", "_gathered", "_rows")

    def __init__(self) -> None:
        self._gathered = Gathered()
        self._rows = MOST_ROWS
        self._bytes = MOST_BYTES

    def put(self, inference: Inference, outputs: Outputs, size: int) -> None:
        """An observer of the service. What there is no room for is counted and let go."""
        inputs = inference.inputs
        rows = len(next(iter(inputs.values())))
        if self._rows <= 0 or self._bytes <= 0:
            self._gathered.skipped += rows
            return
        self._rows -= rows
        self._bytes -= size
        self._gathered.requests.append((inputs, outputs))

    def take(self) -> Gathered:
        """All that has been gathered; there is room again."""
        gathered, self._gathered = self._gathered, Gathered()
        self._rows, self._bytes = MOST_ROWS, MOST_BYTES
        return gathered
