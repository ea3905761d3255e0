"""`spec.build`: what the image contains besides the model."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from .scalars import ImageReference
from .section import Invalid, Section

_REQUIREMENT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._, -]+\])?\s*((==|>=|<=|~=|!=|<|>)\s*[A-Za-z0-9.*+!_-]+\s*,?\s*)*",
    re.ASCII,
)


def _requirements(value: object) -> list[str] | str:
    if isinstance(value, str):
        return relative_path(value)
    if not isinstance(value, list):
        raise Invalid("expected a list of requirements, or a path to a requirements file")
    for index, line in enumerate(value):
        if not isinstance(line, str) or not _REQUIREMENT.fullmatch(line):
            raise Invalid("not a requirement", "write `name==version`; extras as `name[extra]==version`", at=(index,))
    return value


def relative_path(value: object) -> str:
    """A path below the spec's folder, `./…`; raises Invalid."""
    if not isinstance(value, str) or not value.startswith("./") or value == "./":
        raise Invalid("expected a path beside the spec", "begin it with `./`")
    if ".." in value.split("/") or not value.isprintable():
        raise Invalid("a path that leaves the spec's folder")
    return value


def _system_package(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~-]+)?", value, re.ASCII):
        raise Invalid("not a Debian package", "write its name, with `=version` to pin it")
    return value


def _handler(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", value, re.ASCII):
        raise Invalid("not a handler", "write `module:Class`")
    return value


RelativePath = Annotated[str, BeforeValidator(relative_path), WithJsonSchema({"type": "string", "pattern": r"^\./."})]


class Build(Section):
    """What the image contains besides the model."""

    python: Annotated[
        Literal["3.11", "3.12", "3.13"],
        Field(description="The image's Python; quoted, since 3.10 without quotes would be the number 3.1."),
    ] = "3.13"
    requirements: Annotated[
        list[str] | str,
        BeforeValidator(_requirements),
        WithJsonSchema(
            {
                "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string", "pattern": r"^\./."}],
                "examples": [["scikit-learn==1.9.1"], "./requirements.txt"],
            }
        ),
        Field(description="Python distributions, or a path to a requirements file; a default by format is replaced."),
    ] = []
    base_image: Annotated[ImageReference | None, Field(description="Default: the official slim Python image.")] = None
    system_packages: Annotated[
        list[Annotated[str, BeforeValidator(_system_package)]],
        Field(description="Debian packages that the model's libraries need at run time."),
    ] = []
    code: Annotated[RelativePath | None, Field(description="A folder of Python code, copied in and importable.")] = None
    handler: Annotated[
        Annotated[str, BeforeValidator(_handler)] | None,
        WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", "examples": ["handler:Fraud"]}),
        Field(description="`module:Class` below `code`; required by format python."),
    ] = None
