"""Plan -> the ServiceMonitor by which Prometheus finds and scrapes the replicas."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Plan

SERVICE_MONITOR = object_kind("monitoring.coreos.com/v1", "ServiceMonitor")
# The operator names the scraped port in a label `endpoint`, which would push the server's own label of that name aside
# into `exported_endpoint`; and the container is the same for every target. What tells targets apart is namespace, pod,
# service, job and instance.
_NEEDLESS_LABELS = "endpoint|container"


@deployment
def service_monitor(plan: Plan) -> Iterator[File]:
    wanted = plan.monitoring
    placed = metadata(plan, plan.names.service, wave=2)
    manifest = {
        **SERVICE_MONITOR,
        "metadata": {**placed, "labels": {**placed["labels"], **wanted.labels}},
        "spec": {
            "selector": {"matchLabels": dict(plan.selector)},
            "endpoints": [
                {
                    "port": plan.container.port_name,
                    "path": "/metrics",
                    "interval": wanted.interval,
                    "scrapeTimeout": wanted.scrape_timeout,
                    "relabelings": [
                        {"action": "labeldrop", "regex": _NEEDLESS_LABELS},
                        *({"targetLabel": name, "replacement": value} for name, value in wanted.target_labels.items()),
                    ],
                }
            ],
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source)
