"""ResolvedSpec -> what Prometheus scrapes, records and alerts on."""

from __future__ import annotations

from .buckets import latency_buckets
from .plan_monitoring import plan_monitoring
from .runbooks import with_runbooks

__all__ = ["latency_buckets", "plan_monitoring", "with_runbooks"]
