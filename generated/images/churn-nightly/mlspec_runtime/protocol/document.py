"""JSON text -> its top levels as Python objects, with the long arrays left in the parser's own memory.

The values of tensors never become Python objects one by one: see `tensors`.
"""

from __future__ import annotations

from typing import Any

import orjson
import simdjson

from mlspec_runtime.protocol.message import bad

JsonArray = simdjson.Array
JsonObject = simdjson.Object

_parser = simdjson.Parser()


def parse_object(body: bytes | memoryview) -> dict[str, Any]:
    """The top-level object, its values still the parser's. They must be gone before the next document is parsed."""
    document = _parse(body)
    if not isinstance(document, JsonObject):
        raise bad("the body must be a JSON object")
    return members(document)


def parse_head(head: memoryview) -> dict[str, Any]:
    """The same for the JSON before raw tensors. It is short, so Python objects cost less than the parser's proxies."""
    try:
        document = orjson.loads(head)
    except orjson.JSONDecodeError as error:
        raise bad(f"the body is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise bad("the body must be a JSON object")
    inputs = document.get("inputs")
    if isinstance(inputs, list) and any("data" in tensor for tensor in inputs if isinstance(tensor, dict)):
        return parse_object(head)  # some tensors are JSON after all
    return document


def _parse(body: bytes | memoryview) -> Any:
    global _parser  # noqa: PLW0603 - the parser's buffers are worth keeping from one request to the next
    try:
        return _parser.parse(body)
    except RuntimeError:
        # Either a number beyond 64 bits, or an exception's traceback still holds values of an earlier document:
        # then that parser is left to them.
        _parser = simdjson.Parser()
    except ValueError as error:
        raise bad(f"the body is not valid JSON: {error}") from None
    try:
        return _parser.parse(body)
    except (RuntimeError, ValueError) as error:
        raise bad(f"the body is not valid JSON: {error}") from None


def members(value: dict[str, Any] | simdjson.Object) -> dict[str, Any]:
    """One level of an object: its containers stay the parser's (`items()` would convert all of them)."""
    if isinstance(value, dict):
        return value
    try:
        return {name: value[name] for name in value}
    except KeyError as error:
        # The parser finds no name with a NUL in it.
        raise bad(f"the name {error.args[0]!r} cannot be read") from None


def plain(value: Any) -> Any:
    """The same value as Python objects all the way down."""
    if isinstance(value, JsonObject):
        return value.as_dict()
    return value.as_list() if isinstance(value, JsonArray) else value
