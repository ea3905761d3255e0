"""The signature -> an OpenAPI 3.1 document of this very model's paths, for people, generators and fuzzers."""

from __future__ import annotations

from typing import Any

from mlspec_runtime.datatypes import BYTES
from mlspec_runtime.feedback.endpoint import MAX_ANSWERS
from mlspec_runtime.http import Request, Response, json_response
from mlspec_runtime.service import Service
from mlspec_runtime.signature import TensorSpec

Schema = dict[str, Any]

_ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
_CODES = {
    400: "The request is malformed or does not fit the model",
    404: "No such model, version or path",
    405: "Not with this method",
    408: "The request did not arrive in time",
    413: "The body is too large",
    415: "The content coding or type is not supported",
    431: "The request's head is too large",
    500: "The model failed",
    503: "Not ready, shutting down, or the queue is full",
    504: "The model did not answer in time",
}
_UNCOUNTED = {
    "404": "No prediction is known under this id",
    "409": "The answer has had its labels",
    "410": "The prediction is too old",
}
_LIVE = {"type": "object", "properties": {"live": {"const": True}}, "required": ["live"]}
_READY = {"type": "object", "properties": {"ready": {"const": True}}, "required": ["ready"]}
_OBJECT = {"type": "object"}


async def openapi(service: Service, _: Request) -> Response:
    return json_response(document(service))


def document(service: Service) -> Schema:
    """Every path that `endpoints` has; the infer path with the signature of the model that is loaded."""
    manifest = service.manifest
    paths: Schema = {
        "/v2": _get("Server metadata", _OBJECT),
        "/v2/health/live": _get("Is the server alive?", _LIVE),
        "/v2/health/ready": _get("May it be sent requests?", _READY),
        "/v2/models/stats": _get("Statistics", _OBJECT),
        "/v2/repository/index": {"post": _operation("The models that are here", {"type": "array"}, _index())},
        "/ping": _get("SageMaker's health check", _OBJECT),
        "/invocations": {"post": _operation("SageMaker's inference", _OBJECT, _json(_instances(service)))},
        "/metrics": {
            "get": {"summary": "Prometheus metrics", "responses": _responses("text/plain", {"type": "string"})}
        },
        "/openapi.json": _get("This document", _OBJECT),
    }
    for path in (
        f"/v2/models/{manifest.name}",
        f"/v2/models/{manifest.name}/versions/{manifest.version}",
    ):
        paths[path] = _get("Model metadata", _OBJECT)
        paths[f"{path}/ready"] = _get("Is the model ready?", _READY)
        paths[f"{path}/stats"] = _get("Statistics of the model", _OBJECT)
        paths[f"{path}/infer"] = {"post": _operation("Inference", _answer(service), _json(_request(service)))}
    if service.feedback is not None:
        paths[f"/v2/models/{manifest.name}/feedback"] = {"post": _feedback()}
    info = {"title": manifest.name, "version": manifest.version, "summary": "Open Inference Protocol V2"}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


def _get(summary: str, schema: Schema) -> Schema:
    return {"get": _operation(summary, schema, None)}


def _operation(summary: str, schema: Schema, body: Schema | None) -> Schema:
    operation: Schema = {"summary": summary, "responses": _responses("application/json", schema)}
    if body is not None:
        operation["requestBody"] = body
    return operation


def _responses(content_type: str, schema: Schema) -> Schema:
    responses: Schema = {"200": {"description": "OK", "content": {content_type: {"schema": schema}}}}
    for code, description in _CODES.items():
        responses[str(code)] = _failure(description)
    return responses


def _failure(description: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": _ERROR}}}


def _json(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _feedback() -> Schema:
    """Labels for one answer, or for many; ours, not the protocol's."""
    label = {"type": ["string", "number", "boolean"]}
    one = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {
                "type": "string",
                "description": "Of the answer: its `parameters.prediction_id`, or its `id`; of predictions for "
                "`instances` their `prediction_id`",
            },
            "label": label,
            "labels": {"type": "array", "minItems": 1, "items": {"type": [*label["type"], "null"]}},
        },
        "oneOf": [{"required": ["label"]}, {"required": ["labels"]}],
        "additionalProperties": False,
    }
    many = {"type": "array", "minItems": 1, "maxItems": MAX_ANSWERS, "items": one}
    operation = _operation("What was right about answers", _OBJECT, _json({"oneOf": [one, many]}))
    for code, description in _UNCOUNTED.items():
        operation["responses"][code] = _failure(description)
    return operation


def _index() -> Schema:
    schema = {"type": "object", "properties": {"ready": {"type": "boolean"}}}
    return {"required": False, "content": {"application/json": {"schema": schema}}}


def _request(service: Service) -> Schema:
    inputs = [_tensor(spec) for spec in service.inputs]
    return {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "id": {"type": "string"},
            "parameters": _OBJECT,
            "inputs": {
                "type": "array",
                "items": {"anyOf": inputs} if inputs else _OBJECT,
                "minItems": len(inputs) or 1,
                "maxItems": len(inputs) or 64,
            },
            "outputs": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"enum": [spec.name for spec in service.outputs]} if service.outputs else {}
                    },
                },
            },
        },
    }


def _answer(service: Service) -> Schema:
    return {
        "type": "object",
        "required": ["model_name", "model_version", "outputs"],
        "properties": {
            "model_name": {"const": service.manifest.name},
            "model_version": {"const": service.manifest.version},
            "id": {"type": "string"},
            "parameters": _OBJECT,
            "outputs": {"type": "array", "items": _OBJECT},
        },
    }


def _instances(service: Service) -> Schema:
    return {"anyOf": [{"type": "object", "required": ["instances"]}, _request(service)]}


def _tensor(spec: TensorSpec) -> Schema:
    lengths = [{"type": "integer", "minimum": 1} if length < 0 else {"const": length} for length in spec.shape]
    return {
        "type": "object",
        "required": ["name", "datatype", "shape", "data"],
        "properties": {
            "name": {"const": spec.name},
            "datatype": {"const": spec.datatype},
            "shape": {"type": "array", "prefixItems": lengths, "minItems": len(lengths), "maxItems": len(lengths)},
            "data": {"type": "array", "items": _element(spec.datatype)},
            "parameters": _OBJECT,
        },
    }


def _element(datatype: str) -> Schema:
    """Flat elements or nested rows of them."""
    kind = "boolean" if datatype == "BOOL" else "string" if datatype == BYTES else "number"
    kind = "integer" if "INT" in datatype else kind
    return {"type": [kind, "array"]}
