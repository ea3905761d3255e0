"""ResolvedSpec -> how long a start and a stop may take, and the probes that watch it."""

from __future__ import annotations

import math

from mlspec.environment.resolved import ResolvedSpec

from .delivery import MARGIN, bandwidth, delivery_budget, model_location
from .formats import FORMATS
from .plan import Lifecycle, Probe
from .quantities import seconds

LEAST_STARTUP = 60
"""Seconds: a busy node is slow, and a start that is cut short starts again."""
READING = 100 * 2**20
"""Bytes in a second at which a model is read, its digest compared."""
IMAGE_PULL = 300
IMAGE_PULL_ACCELERATED = 900
"""An image with CUDA is several gigabytes."""
PRE_STOP = 5
AFTER_DRAIN = 5
_LIVE_AND_READY = {"mlspec": ("/v2/health/live", "/v2/health/ready"), "vllm": ("/ping", "/health")}
"""By whose server answers. Both of vLLM's ask its engine's process, never the cards: a busy server answers at once."""


def startup_budget(resolved: ResolvedSpec, model_size: int) -> int:
    """Seconds from the server's start to ready at most: 1.5 × (format + size / reading + warm-up), at least 60.

    `model_size` in bytes; it is read at 100 MiB in a second, or slower from a volume that is. The spec's own
    `health.startup` wins. docs/start-up.md has the whole of it.
    """
    if resolved.spec.health.startup is not None:
        return seconds(resolved.spec.health.startup)
    row = FORMATS[resolved.spec.model.format]
    expected = row.startup_seconds + model_size / _reading(resolved) + row.warm_up_seconds
    return max(LEAST_STARTUP, math.ceil(MARGIN * expected))


def ready_budget(resolved: ResolvedSpec, model_size: int) -> int:
    """Seconds from a pod on its node to one that answers, at most: until the model is there, and the server's start."""
    return delivery_budget(resolved) + startup_budget(resolved, model_size)


def _reading(resolved: ResolvedSpec) -> int:
    """Bytes in a second at which the server reads its model."""
    where = model_location(resolved)
    return min(READING, bandwidth(resolved)) if where and where.scheme == "pvc" else READING


def plan_lifecycle(resolved: ResolvedSpec, model_size: int) -> Lifecycle:
    """Probes and times that follow from the start-up budget and the drain time."""
    budget, delivery = startup_budget(resolved, model_size), delivery_budget(resolved)
    period = 5 if budget <= 600 else 10
    drain = seconds(resolved.spec.health.drain)
    grace = PRE_STOP + drain + AFTER_DRAIN
    live, ready = _LIVE_AND_READY[FORMATS[resolved.spec.model.format].server]
    pull = IMAGE_PULL_ACCELERATED if resolved.spec.resources.accelerator else IMAGE_PULL
    return Lifecycle(
        # A start-up probe on readiness: until the model is loaded and warm, the other two are not asked.
        startup=Probe(ready, period=period, timeout=3, failures=math.ceil(budget / period)),
        liveness=Probe(live, period=15, timeout=5, failures=4),
        readiness=Probe(ready, period=5, timeout=3, failures=2),
        pre_stop=PRE_STOP,
        grace_period=grace,
        progress_deadline=delivery + budget + pull + grace,
        startup_budget=math.ceil(budget / period) * period,
        delivery_budget=delivery,
    )
