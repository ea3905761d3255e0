"""The case files of this package -> cases, each a request and what its answer must be."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Infer(_Part):
    """How an infer request differs from the plainest one: one row of every input as flat JSON."""

    rows: Literal["one", "two", "many"] = "one"
    nested: bool = False
    binary: str = "none"
    """`none`, `all` or a datatype: what goes as raw bytes. A datatype without a JSON form always does."""
    outputs: str | None = None
    """`all` or an output's name: what the request lists."""
    binary_outputs: Literal["listed", "all"] | None = None
    change: dict[str, Any] = {}
    """Path in the document -> value, or `$…`: a value that `alterations` makes from what stands there."""
    remove: list[str] = []
    append: str = ""
    """Bytes after the last tensor."""
    spoil: bool = False
    """Gives the first BYTES element of a raw tensor a length that its tensor cannot hold."""


class CaseRequest(_Part):
    """`{model}`, `{version}` and, with `for_each`, `{each}` stand for names. `infer` or `body` is the body."""

    method: Literal["GET", "POST", "DELETE"] = "GET"
    path: str
    headers: dict[str, str] = {}
    """Besides the Content-Type that the body has; an empty value leaves a header out."""
    infer: Infer | None = None
    body: str | None = None
    coding: Literal["gzip", "deflate"] | None = None
    """Content coding of the body."""


class InferAnswer(_Part):
    """Which outputs the answer holds, and in which form."""

    outputs: str = "all"
    binary: Literal["none", "all"] = "none"
    rows: Literal["one", "two", "many"] = "one"
    id: str | None = None


class Expect(_Part):
    """From status 400 on, the body must also be `{"error": "…"}`."""

    status: int = 200
    body: dict[str, Any] | None = None
    """Members that the JSON object has, among others."""
    has: dict[str, Literal["text", "texts", "count", "list"]] = {}
    """Path in the JSON -> what is there; `*` is the element of a list whose `name` is the model's."""
    headers: dict[str, str] = {}
    """Header -> a word that its value contains."""
    answer: InferAnswer | None = None
    signature: bool = False
    """The body is the model's metadata."""
    coding: Literal["gzip", "deflate"] | None = None
    """The body, where it is long enough to be worth it, comes in this content coding."""
    grew: str | None = None
    """Path to a count that is larger when the request is repeated after an inference."""


class Case(_Part):
    """`needs` is the extension without which the case does not apply."""

    name: str
    request: CaseRequest
    expect: Expect
    needs: str | None = None
    for_each: Literal["input datatype", "output"] | None = None
    group: str = Field(default="", description="The name of its file.")


def load_cases() -> list[Case]:
    """All cases, by file and in the order of their files."""
    return list(_read())


def _read() -> Iterator[Case]:
    for file in sorted(files(__package__).joinpath("cases").iterdir(), key=lambda file: file.name):
        group = file.name.removesuffix(".yaml").partition("-")[2]
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield Case.model_validate({**case, "group": group})


def instance(case: Case, each: str) -> Case:
    """The case for one of the things that `for_each` names."""
    return Case.model_validate(_fill(case.model_dump(), each))


def _fill(value: Any, each: str) -> Any:
    if isinstance(value, dict):
        return {key: _fill(item, each) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, each) for item in value]
    return value.replace("{each}", each) if isinstance(value, str) else value
