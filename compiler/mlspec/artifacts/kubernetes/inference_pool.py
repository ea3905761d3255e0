"""Plan -> the InferencePool behind a route, where a picker chooses the replica for each request."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import manifest_file, metadata, object_kind, present
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import GatewayRoute, Plan

INFERENCE_POOL = object_kind("inference.networking.k8s.io/v1", "InferencePool")


@deployment
def inference_pool(plan: Plan) -> Iterator[File]:
    route = plan.exposure
    if not isinstance(route, GatewayRoute) or route.pool is None:
        return
    pool = route.pool
    manifest = {
        **INFERENCE_POOL,
        "metadata": metadata(plan, plan.names.service),
        "spec": {
            "selector": {"matchLabels": dict(plan.answering)},
            "targetPorts": [{"number": plan.container.port}],
            "endpointPickerRef": present(
                {
                    "name": pool.endpoint_picker,
                    "port": {"number": pool.port},
                    "failureMode": "FailOpen" if pool.fail_open else None,
                }
            ),
        },
    }
    yield manifest_file(plan.folder, manifest, plan.source)
