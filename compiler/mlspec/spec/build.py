"""`spec.build`: what the image contains besides the model."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from .paths import PATH, RelativePath, relative_path
from .requirements import requirement_problem
from .scalars import ImageReference
from .section import Invalid, Section

_LONGEST = 500
PACKAGE = r"[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~-]+)?"
HANDLER = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*"


def _requirements(value: object) -> list[str] | str:
    if isinstance(value, str):
        if not value.startswith(".") and len(value) <= _LONGEST and not requirement_problem(value):
            raise Invalid("expected a list of requirements", fix=f"[{value}]")
        return relative_path(value)
    if not isinstance(value, list):
        raise Invalid("expected a list of requirements, or a path to a requirements file")
    for index, line in enumerate(value):
        if not isinstance(line, str) or len(line) > _LONGEST or requirement_problem(line):
            raise Invalid("not a requirement", "write `name==version`; extras as `name[extra]==version`", at=(index,))
    return value


def _system_package(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not re.fullmatch(PACKAGE, value, re.ASCII):
        raise Invalid("not a Debian package", "write its name, with `=version` to pin it")
    return value


def _handler(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not re.fullmatch(HANDLER, value, re.ASCII):
        raise Invalid("not a handler", "write `module:Class`")
    return value


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
                "anyOf": [
                    {"type": "array", "items": {"type": "string", "maxLength": _LONGEST}},
                    {"type": "string", "pattern": PATH},
                ],
                "examples": [["scikit-learn==1.9.1"], "./requirements.txt"],
            }
        ),
        Field(description="Python distributions, or a path to a requirements file; a default by format is replaced."),
    ] = []
    base_image: Annotated[ImageReference | None, Field(description="Default: the official slim Python image.")] = None
    system_packages: Annotated[
        list[
            Annotated[
                str,
                BeforeValidator(_system_package),
                WithJsonSchema({"type": "string", "pattern": f"^{PACKAGE}$", "examples": ["libgomp1"]}),
            ]
        ],
        Field(description="Debian packages that the model's libraries need at run time."),
    ] = []
    code: Annotated[RelativePath | None, Field(description="A folder of Python code, copied in and importable.")] = None
    handler: Annotated[
        Annotated[str, BeforeValidator(_handler)] | None,
        WithJsonSchema({"type": "string", "pattern": f"^{HANDLER}$", "examples": ["handler:Fraud"]}),
        Field(description="`module:Class` below `code`; required by format python."),
    ] = None
