"""The model repository's index, as Triton's extension has it: one model, ready or not."""

from __future__ import annotations

from mlspec_runtime.http import Request, Response, json_response
from mlspec_runtime.protocol.document import parse_object
from mlspec_runtime.protocol.message import bad
from mlspec_runtime.service import Service


async def repository_index(service: Service, request: Request) -> Response:
    """`{"ready": true}` leaves out a model that is not ready; an empty body asks for all."""
    body = await request.body(service.settings.max_body)
    only_ready = parse_object(body).get("ready", False) if body.strip() else False
    if not isinstance(only_ready, bool):
        raise bad("ready must be true or false")
    if only_ready and not service.ready:
        return json_response([])
    manifest = service.manifest
    reason = "" if service.ready else "the server is shutting down" if service.draining else "loading"
    state = "READY" if service.ready else "UNAVAILABLE" if service.draining else "LOADING"
    return json_response([{"name": manifest.name, "version": manifest.version, "state": state, "reason": reason}])
