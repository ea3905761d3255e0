"""Latency objectives -> the bucket bounds of the server's histogram, of which each threshold is one."""

from __future__ import annotations

from datetime import timedelta

from mlspec.spec.monitoring import Monitoring
from mlspec_runtime.metric_names import DEFAULT_LATENCY_BUCKETS


def latency_buckets(monitoring: Monitoring) -> tuple[float, ...]:
    """Seconds, growing: the server's own bounds, and the threshold of the objective."""
    latency = monitoring.slo.latency if monitoring.slo else None
    thresholds = {latency.threshold / timedelta(seconds=1)} if latency else set()
    return tuple(sorted(set(DEFAULT_LATENCY_BUCKETS) | thresholds))
