"""A skops file -> its estimator, from the description in it; nothing is loaded."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from mlspec.beginning.found import CannotBegin, Found
from mlspec.beginning.readers.inert import Array, Thing
from mlspec.beginning.readers.sklearn import found


def read_skops(path: Path) -> Found:
    """The file is a zip of `schema.json` and the arrays."""
    try:
        with zipfile.ZipFile(path) as archive:
            return found(path, _value(json.loads(archive.read("schema.json")), archive))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise CannotBegin(f"{path} is not what skops.io.dump writes: {error}") from error


def _value(node: dict[str, Any], archive: zipfile.ZipFile) -> object:
    loader, content = node.get("__loader__"), node.get("content")
    if loader == "JsonNode":
        return json.loads(content) if isinstance(content, str) else content
    if loader == "DictNode" and isinstance(content, dict):
        return {key: _value(each, archive) for key, each in content.items()}
    if loader in ("ListNode", "TupleNode") and isinstance(content, list):
        return [_value(each, archive) for each in content]
    if loader == "NdArrayNode":
        return _array(node, archive)
    thing: Thing = type("Thing", (Thing,), {"module": node.get("__module__", ""), "kind": node.get("__class__", "")})()
    thing.state = _value(content, archive) if isinstance(content, dict) and "__loader__" in content else None
    return thing


def _array(node: dict[str, Any], archive: zipfile.ZipFile) -> object:
    if node.get("type") == "json":
        values = tuple(_value(each, archive) for each in node["content"])
        return Array((len(values),), "O", values)
    with archive.open(node["file"]) as stream:
        return _header(stream.read(4096))


def _header(start: bytes) -> Array:
    """NPY, versions 1 to 3: magic, version, the header's length, and the header as a Python literal."""
    from ast import literal_eval

    wide = start[6] >= 2
    begins = 12 if wide else 10
    length = int.from_bytes(start[8:begins], "little")
    said = literal_eval(start[begins : begins + length].decode("utf-8" if start[6] == 3 else "latin-1").strip())
    return Array(tuple(said["shape"]), str(said["descr"]).lstrip("<>|="))
