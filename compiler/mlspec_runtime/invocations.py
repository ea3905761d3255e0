"""SageMaker's `/invocations`: CSV rows, `instances`, or an infer request -> predictions in the same manner.

The container contract leaves the body to the container. An instance is a row of the only input, or an object with each
input by its name. An answer to `instances` or CSV holds the first output; CSV has no place for an id.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import orjson

from mlspec_runtime.datatypes import BYTES, DTYPES, Array
from mlspec_runtime.errors import RequestError
from mlspec_runtime.http import JSON, Header, Request, Response
from mlspec_runtime.inference import infer_body, predict, read_body
from mlspec_runtime.protocol.document import parse_object, plain
from mlspec_runtime.protocol.encode import json_values
from mlspec_runtime.protocol.message import Inference, bad
from mlspec_runtime.service import Service
from mlspec_runtime.signature import TensorSpec

CSV: Header = (b"content-type", b"text/csv")


async def invocations(service: Service, request: Request) -> Response:
    """Raises RequestError for whatever is not answered with 200; 415 for a type that is neither JSON nor CSV."""
    service.check_ready()
    kind = request.headers.get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
    body = await read_body(service, request)
    if kind == b"text/csv":
        output, _ = await _predict(service, request, _rows_of_csv(body), len(body))
        lines = output.reshape(len(output), -1).tolist() if output.size else []
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([map(_text, line) for line in lines])
        return Response(200, (text.getvalue().encode(),), CSV)
    if kind == b"application/octet-stream":
        return await infer_body(service, request, body)
    if kind not in (b"application/json", b"application/x-www-form-urlencoded"):
        raise RequestError(415, f"content type {kind.decode('latin-1')!r} is not supported; use JSON or text/csv")
    document = parse_object(body)
    if "instances" not in document:
        is_infer_request = "inputs" in document
        del document  # the parser is used again
        if not is_infer_request:
            raise bad(f"the body has neither `instances` nor `inputs`; send {_forms(service)}")
        return await infer_body(service, request, body)
    instances = plain(document["instances"])
    del document
    output, given = await _predict(service, request, instances, len(body))
    document = {"predictions": json_values("predictions", output)} | ({"prediction_id": given} if given else {})
    return Response(200, (orjson.dumps(document),), JSON)


async def _predict(service: Service, request: Request, rows: Any, size: int) -> tuple[Array, str | None]:
    """The first output for a list of rows, which came as `size` bytes; the id that labels can be sent under."""
    if not isinstance(rows, list) or not rows:
        raise bad(f"there must be at least one row; send {_forms(service)}")
    inference = Inference(_inputs(service, rows))
    outputs, given = await predict(service, request, inference)
    for observe in service.observers:
        observe(inference, outputs, size)
    return next(iter(outputs.values())), given


def _inputs(service: Service, rows: list[Any]) -> dict[str, Array]:
    if not service.inputs:
        raise bad("the model does not say its inputs; send them by name, as to /v2/models/…/infer")
    if not any(isinstance(row, dict) for row in rows):
        if len(service.inputs) != 1:
            raise bad(f"the model has several inputs; send {_forms(service)}")
        return {service.inputs[0].name: _array(rows, service.inputs[0])}
    names = {spec.name for spec in service.inputs}
    for row in rows:
        if not isinstance(row, dict) or row.keys() != names:
            raise bad(f"each of the instances must have exactly the inputs {', '.join(sorted(names))}")
    return {spec.name: _array([row[spec.name] for row in rows], spec) for spec in service.inputs}


def _forms(service: Service) -> str:
    """What this model takes, for whoever sent something else."""
    named = ", ".join(f'"{spec.name}": …' for spec in service.inputs)
    row = "[…]" if len(service.inputs) == 1 else f"{{{named}}}"
    csv_rows = ", CSV rows as text/csv" if len(service.inputs) == 1 else ""
    return f'{{"instances": [{row}, …]}}{csv_rows}, or an infer request {{"inputs": […]}}'


def _array(rows: list[Any], spec: TensorSpec) -> Array:
    try:
        if spec.datatype == BYTES:
            array = np.array(rows, dtype=object)
            if not all(isinstance(element, str) for element in array.ravel().tolist()):
                raise bad("instances must hold strings")
            array = np.array([element.encode() for element in array.ravel().tolist()], dtype=object).reshape(
                array.shape
            )
        else:
            if np.array(rows).dtype.kind not in "biuf":
                raise bad("instances must hold numbers in rows of the same length")
            with np.errstate(over="raise", invalid="raise"):
                array = np.array(rows, dtype=DTYPES[spec.datatype])
    except (ValueError, TypeError, OverflowError, FloatingPointError):
        raise bad(f"instances must be rows of the same length that hold {spec.datatype} values") from None
    if not spec.allows(array.shape):
        raise bad(f"instances have shape {list(array.shape)}; the model takes {list(spec.shape)}")
    return array


def _rows_of_csv(body: bytes) -> list[list[float]]:
    try:
        lines = csv.reader(io.StringIO(body.decode()), strict=True)
        return [[float(cell) for cell in line] for line in lines if line]
    except (ValueError, csv.Error) as error:
        raise bad(f"the body is not rows of numbers in CSV: {error}") from None


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
