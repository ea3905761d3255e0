"""What all endpoints share: the model that is served, how it is doing, and what it has counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mlspec_runtime import metric_names as names
from mlspec_runtime.batching import Outputs
from mlspec_runtime.engine import Engine
from mlspec_runtime.errors import Refused
from mlspec_runtime.feedback.feedback import Feedback
from mlspec_runtime.http import CLOSE
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.metrics import Metrics
from mlspec_runtime.protocol.decode import Decoder
from mlspec_runtime.protocol.encode import Encoder
from mlspec_runtime.protocol.message import Inference
from mlspec_runtime.settings import Settings
from mlspec_runtime.signature import Tensors

Observer = Callable[[Inference, Outputs, int], None]
"""Told of a request whose answer is prepared: what was asked, what the model said, and the bytes of the body.

On the event loop's thread, once for each request: it must neither wait nor compute, nor change what it is given.
"""


@dataclass(slots=True)
class Service:
    """The event loop's thread owns it. `loaded` is set once, after warm-up; `draining` once, at SIGTERM."""

    manifest: Manifest
    settings: Settings
    metrics: Metrics
    engine: Engine
    encoder: Encoder
    decoder: Decoder = field(default_factory=lambda: Decoder((), ()))
    platform: str = ""
    inputs: Tensors = ()
    outputs: Tensors = ()
    has_rows: bool = False
    loaded: bool = False
    draining: bool = False
    siblings: Path | None = None
    """The folder that all workers share; None where there is but one."""
    feedback: Feedback | None = None
    """None where nobody asks how right the model is."""
    observers: list[Observer] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        return self.loaded and not self.draining

    @property
    def live(self) -> bool:
        return not (self.loaded and self.engine.stuck)

    def check_ready(self) -> None:
        """Raises Refused 503 when no request may be accepted now."""
        self.check_open()
        self.engine.check_room()

    def check_open(self) -> None:
        """The same for a request that needs no room in the queue: the model will not see it."""
        if self.draining:
            raise Refused(503, names.REASON_DRAINING, "the server is shutting down", (b"retry-after", b"1"), CLOSE)
        if not self.loaded:
            raise Refused(503, names.REASON_NOT_READY, "the model is not loaded yet", (b"retry-after", b"1"))
