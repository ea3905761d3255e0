"""Plan -> the PodMonitor by which Prometheus sees how far a run is, while it runs."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import batch as batch_artifact
from mlspec.plan.plan import Batch, Plan

POD_MONITOR = object_kind("monitoring.coreos.com/v1", "PodMonitor")
# As for the server's monitor: the labels that would be the same for every target.
_NEEDLESS_LABELS = "endpoint|container"


@batch_artifact
def pod_monitor(plan: Plan, batch: Batch) -> Iterator[File]:
    """There is no Service to ask: a Pushgateway would be one more thing to run, and would tell of runs long over."""
    wanted = plan.monitoring
    placed = metadata(plan, batch.name, wave=2, labels=batch.labels)
    manifest = {
        **POD_MONITOR,
        "metadata": {**placed, "labels": {**placed["labels"], **wanted.labels}},
        "spec": {
            "selector": {"matchLabels": dict(batch.selector)},
            "podMetricsEndpoints": [
                {
                    "port": batch.metrics_port_name,
                    "path": "/metrics",
                    "interval": wanted.interval,
                    "scrapeTimeout": wanted.scrape_timeout,
                    "relabelings": [{"action": "labeldrop", "regex": _NEEDLESS_LABELS}],
                }
            ],
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source, "batch")
