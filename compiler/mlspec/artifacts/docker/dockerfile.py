"""An image's plan -> its Dockerfile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from mlspec.artifacts.file import File
from mlspec.artifacts.registry import context

if TYPE_CHECKING:
    from jinja2 import Template

    from mlspec.plan.image import ImagePlan


@context
def dockerfile(plan: ImagePlan) -> Iterator[File]:
    yield File(f"{plan.folder}/Dockerfile", _template().render(plan=plan).encode())


def quoted(text: str) -> str:
    """One line of text as a double-quoted word of a Dockerfile, in which nothing is expanded.

    Source: https://docs.docker.com/reference/dockerfile/#environment-replacement
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Escaping for HTML would corrupt a Dockerfile; what is free text goes through `quoted`.
    environment = Environment(  # noqa: S701
        loader=PackageLoader(__package__, ""), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters["quoted"] = quoted
    return environment.get_template("Dockerfile.jinja")
