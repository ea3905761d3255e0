"""The feedback endpoint: labels for one answer, or for many, in JSON -> what became of each."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

import orjson

from mlspec_runtime import metric_names as names
from mlspec_runtime.errors import RequestError
from mlspec_runtime.feedback.feedback import Feedback, Label, Misfit
from mlspec_runtime.http import Request, Response, json_response
from mlspec_runtime.protocol.compression import decompress
from mlspec_runtime.protocol.message import bad
from mlspec_runtime.service import Service

MAX_BODY: Final = 1 << 20
"""Bytes. Labels are matched between the requests that others wait for."""
MAX_ANSWERS: Final = 1000
_AT_ONCE: Final = 50
"""Answers that are labelled before other requests get their turn."""

_REFUSALS: Final = {
    names.OUTCOME_UNKNOWN: (
        404,
        "no prediction is known under this id: an id of your own is known for a while, and only to the replica that "
        "answered; the one that the server gives (`parameters.prediction_id`, or the answer's `id`) is known to all",
    ),
    names.OUTCOME_EXPIRED: (410, "the prediction is older than 90 days"),
    names.OUTCOME_DUPLICATE: (409, "this answer has had its labels"),
}


async def feedback(service: Service, request: Request) -> Response:
    """Raises RequestError for one answer whose labels are not counted, and for a body of which nothing is."""
    service.check_open()
    watched = service.feedback
    if watched is None:
        raise RequestError(404, "this model takes no labels: its spec has no `monitoring.accuracy`")
    limit = min(service.settings.max_body, MAX_BODY)
    body = await decompress(await request.body(limit), request.headers.get(b"content-encoding", b""), limit)
    document = _parse(body)
    if isinstance(document, dict):
        outcome = watched.count(_read(watched, document, "the body"))
        if outcome in _REFUSALS:
            raise RequestError(*_REFUSALS[outcome])
        return json_response({"outcome": outcome})
    return json_response(await _many(watched, document))


async def _many(watched: Feedback, items: list[Any]) -> dict[str, Any]:
    """Everything is read before anything is counted, so that a body with a mistake can be sent again as a whole."""
    found: list[Label] = []
    for index, item in enumerate(items):
        found.append(_read(watched, item, f"item {index}"))
        await _rest(index)
    outcomes: list[str] = []
    for index, label in enumerate(found):
        outcomes.append(watched.count(label))
        await _rest(index)
    return {**dict.fromkeys(names.OUTCOMES, 0), **Counter(outcomes), "outcomes": outcomes}


async def _rest(index: int) -> None:
    if index % _AT_ONCE == _AT_ONCE - 1:
        await asyncio.sleep(0)


def _parse(body: bytes) -> Any:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad(f"the body is not valid JSON: {error}") from None
    if not isinstance(document, dict | list):
        raise bad('the body must be {"id": …, "label": …}, or a list of such objects')
    if isinstance(document, list) and not 0 < len(document) <= MAX_ANSWERS:
        raise bad(f"the body must have labels for 1 to {MAX_ANSWERS} answers, not {len(document)}")
    return document


def _read(watched: Feedback, item: Any, place: str) -> Label:
    if not isinstance(item, dict) or item.keys() not in ({"id", "label"}, {"id", "labels"}):
        raise bad(f'{place} must be {{"id": …, "label": …}}; for several rows {{"id": …, "labels": […]}}')
    name, labels = item["id"], item["labels"] if "labels" in item else [item["label"]]
    if not isinstance(name, str):
        raise bad(f"{place}: id must be a string")
    if not isinstance(labels, list) or not labels:
        raise bad(f"{place}: labels must be a list, with one for each row")
    try:
        return watched.read(name, labels)
    except Misfit as error:
        raise bad(f"{place}: {error}") from None
