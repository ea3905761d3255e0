"""The exported figures -> Triton's statistics object, so that both always agree and cover all workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec_runtime import metric_names as names
from mlspec_runtime.http import Request, Response, json_response
from mlspec_runtime.metrics import Metrics
from mlspec_runtime.service import Service

_INFER = {names.ENDPOINT: names.ENDPOINT_INFER}


async def statistics(service: Service, _: Request) -> Response:
    """Field by field as Triton's statistics extension has them; times in nanoseconds."""
    return json_response({"model_stats": [model_statistics(service)]})


def model_statistics(service: Service) -> dict[str, Any]:
    samples = Samples(service.metrics)
    executions = samples.total(f"{names.BATCH_SIZE}_count")
    answered = samples.total(f"{names.REQUEST_DURATION}_count", _INFER)
    succeeded = samples.total(names.REQUESTS, {**_INFER, names.CODE: "200"})
    seconds = samples.total(f"{names.REQUEST_DURATION}_sum", _INFER)
    share = succeeded / answered if answered else 0.0
    nothing = _duration(0, 0.0)
    return {
        "name": service.manifest.name,
        "version": service.manifest.version,
        "last_inference": service.engine.last_inference_ms,
        "inference_count": int(samples.total(f"{names.BATCH_SIZE}_sum")),
        "execution_count": int(executions),
        "inference_stats": {
            "success": _duration(succeeded, seconds * share),
            "fail": _duration(answered - succeeded, seconds * (1 - share)),
            "queue": _duration(
                samples.total(f"{names.QUEUE_DURATION}_count"), samples.total(f"{names.QUEUE_DURATION}_sum")
            ),
            "compute_input": nothing,
            "compute_infer": _duration(executions, samples.total(f"{names.INFERENCE_DURATION}_sum")),
            "compute_output": nothing,
            "cache_hit": nothing,
            "cache_miss": nothing,
        },
        "batch_stats": [],
    }


class Samples:
    """All series as they are now."""

    def __init__(self, metrics: Metrics) -> None:
        self._samples = [sample for family in metrics.source().collect() for sample in family.samples]

    def total(self, name: str, labels: dict[str, str] | None = None) -> float:
        """The sum over the series of this name that have these labels."""
        return sum(self._values(name, labels or {}))

    def _values(self, name: str, labels: dict[str, str]) -> Iterator[float]:
        for sample in self._samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                yield sample.value


def _duration(count: float, seconds: float) -> dict[str, int]:
    return {"count": int(count), "ns": round(seconds * 1e9)}
