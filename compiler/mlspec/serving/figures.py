"""Two readings of the server's /metrics -> what happened between them, as one line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mlspec_runtime import metric_names as names

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_PREDICTING = (names.ENDPOINT_INFER, names.ENDPOINT_INVOCATIONS)


@dataclass(frozen=True)
class Reading:
    """Counts since the server's start; `buckets` are cumulative, by their upper bound in seconds."""

    requests: float = 0.0
    buckets: dict[float, float] = field(default_factory=dict)
    rows: float = 0.0
    batches: float = 0.0
    queue: float = 0.0


def read_figures(page: str) -> Reading:
    """`page` in Prometheus' text format."""
    counts = dict.fromkeys(("requests", "rows", "batches", "queue"), 0.0)
    single = {f"{names.BATCH_SIZE}_sum": "rows", f"{names.BATCH_SIZE}_count": "batches", names.QUEUE_DEPTH: "queue"}
    buckets: dict[float, float] = {}
    for line in page.splitlines():
        match = _SAMPLE.match(line)
        if match is None:
            continue
        name, value = match[1], float(match[3])
        labels = dict(_LABEL.findall(match[2] or ""))
        predicting = labels.get(names.ENDPOINT) in _PREDICTING
        if name in single:
            counts[single[name]] += value
        elif name == names.REQUESTS and predicting:
            counts["requests"] += value
        elif name == f"{names.REQUEST_DURATION}_bucket" and predicting:
            bound = float(labels["le"])
            buckets[bound] = buckets.get(bound, 0.0) + value
    return Reading(buckets=buckets, **counts)


def live_line(before: Reading, after: Reading, seconds: float) -> str:
    """`123 requests/s   p50 1.2 ms   p99 8.0 ms   queue 0   batch 5.1`; a dash where nothing was asked."""
    rate = (after.requests - before.requests) / seconds
    batches = after.batches - before.batches
    batch = f"{(after.rows - before.rows) / batches:.1f}" if batches > 0 else "–"
    grown = [(bound, count - before.buckets.get(bound, 0.0)) for bound, count in sorted(after.buckets.items())]
    return (
        f"{rate:,.0f} requests/s   p50 {_duration(quantile(0.5, grown))}   p99 {_duration(quantile(0.99, grown))}"
        f"   queue {after.queue:.0f}   batch {batch}"
    )


def quantile(share: float, buckets: Sequence[tuple[float, float]]) -> float | None:
    """Seconds, as Prometheus' `histogram_quantile` has them: linear within a bucket. None without observations."""
    total = buckets[-1][1] if buckets else 0.0
    if total <= 0:
        return None
    rank, low, below = share * total, 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            if math.isinf(bound):
                return low
            return low + (bound - low) * (rank - below) / (count - below) if count > below else bound
        low, below = bound, count
    return low


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
