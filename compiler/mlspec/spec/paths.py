"""Text of the spec -> a path below the spec's own folder."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from .section import Invalid

PATH = r"^\./[^/]"
_LONGEST_NAME = 255
"""Bytes in one name of a path, on every file system that is in use."""


def relative_path(value: object) -> str:
    """A path below the spec's folder, `./…`, a folder with or without a last `/`; raises Invalid."""
    if not isinstance(value, str) or not value.startswith("./") or value == "./":
        raise Invalid("expected a path beside the spec", "begin it with `./`")
    names = value.removesuffix("/").split("/")[1:]
    if {"", ".", ".."} & set(names):
        raise Invalid("a path that leaves the spec's folder, or has an empty part", "keep the file beside the spec")
    if not value.isprintable() or "\\" in value:
        raise Invalid("a path with a character that no path should have", "rename the file")
    if len(value) > 1024 or any(len(name.encode()) > _LONGEST_NAME for name in names):
        raise Invalid("too long a path", "a name in it has at most 255 bytes")
    return value


RelativePath = Annotated[str, BeforeValidator(relative_path), WithJsonSchema({"type": "string", "pattern": PATH})]
