"""Every path that the server answers, as a table: path -> methods -> function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from mlspec_runtime import __version__
from mlspec_runtime import metric_names as names
from mlspec_runtime.errors import RequestError
from mlspec_runtime.feedback.endpoint import feedback
from mlspec_runtime.http import Request, Response, json_response
from mlspec_runtime.inference import infer
from mlspec_runtime.invocations import invocations
from mlspec_runtime.metrics import CONTENT_TYPE
from mlspec_runtime.openapi import openapi
from mlspec_runtime.repository import repository_index
from mlspec_runtime.service import Service
from mlspec_runtime.statistics import statistics

Call = Callable[[Service, Request], Awaitable[Response]]

EXTENSIONS = ("binary_tensor_data", "statistics", "model_repository")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`name` is its label in the metrics."""

    name: str
    methods: Mapping[str, Call]


def endpoints(service: Service) -> dict[str, Endpoint]:
    """The exact paths of this model; anything else is not found."""

    def get(name: str, call: Call) -> Endpoint:
        return Endpoint(name, {"GET": call})

    server = get(names.ENDPOINT_METADATA, server_metadata)
    table = {
        "/v2": server,
        "/v2/": server,
        "/v2/health/live": get(names.ENDPOINT_HEALTH, live),
        "/v2/health/ready": get(names.ENDPOINT_HEALTH, ready),
        "/metrics": get(names.ENDPOINT_METRICS, metrics),
        "/ping": get(names.ENDPOINT_HEALTH, ping),
        "/invocations": Endpoint(names.ENDPOINT_INVOCATIONS, {"POST": invocations}),
        "/openapi.json": get(names.ENDPOINT_METADATA, openapi),
        "/v2/models/stats": get(names.ENDPOINT_STATISTICS, statistics),
        "/v2/repository/index": Endpoint(names.ENDPOINT_METADATA, {"POST": repository_index}),
    }
    model = f"/v2/models/{service.manifest.name}"
    for path in (model, f"{model}/versions/{service.manifest.version}"):
        table[path] = get(names.ENDPOINT_METADATA, model_metadata)
        table[f"{path}/stats"] = get(names.ENDPOINT_STATISTICS, statistics)
        table[f"{path}/ready"] = get(names.ENDPOINT_HEALTH, model_ready)
        table[f"{path}/infer"] = Endpoint(names.ENDPOINT_INFER, {"POST": infer})
    # Whichever version answered: the label tells.
    table[f"{model}/feedback"] = Endpoint(names.ENDPOINT_FEEDBACK, {"POST": feedback})
    return table


async def live(service: Service, _: Request) -> Response:
    if not service.live:
        raise RequestError(503, "the model is stuck")
    return json_response({"live": True})


async def ready(service: Service, _: Request) -> Response:
    _check(service)
    return json_response({"live": True, "ready": True})


async def ping(service: Service, _: Request) -> Response:
    """SageMaker's health check: 200 when the container can take invocations."""
    _check(service)
    return json_response({})


async def model_ready(service: Service, _: Request) -> Response:
    _check(service)
    return json_response({"name": service.manifest.name, "ready": True})


def _check(service: Service) -> None:
    """Without the count of refused requests: a probe is none."""
    if not service.ready:
        raise RequestError(503, "the server is shutting down" if service.draining else "the model is not loaded yet")


async def server_metadata(_: Service, __: Request) -> Response:
    return json_response({"name": "mlspec", "version": __version__, "extensions": EXTENSIONS})


async def model_metadata(service: Service, _: Request) -> Response:
    _check(service)
    manifest = service.manifest
    return json_response(
        {
            "name": manifest.name,
            "versions": [manifest.version],
            "platform": service.platform,
            "inputs": [spec.as_json() for spec in service.inputs],
            "outputs": [spec.as_json() for spec in service.outputs],
        }
    )


async def metrics(service: Service, _: Request) -> Response:
    service.metrics.in_progress.set(service.engine.accepted)
    service.metrics.queue_depth.set(service.engine.waiting)
    return Response(200, (service.metrics.page(),), (b"content-type", CONTENT_TYPE))
