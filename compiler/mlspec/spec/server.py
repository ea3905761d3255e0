"""`spec.server`: how the model server takes requests."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from .scalars import DNS_NAME, Duration, EnvVarName, Size, between, parse_duration
from .section import Invalid, Section


class Batching(Section):
    """Requests that wait while the model is busy are computed together."""

    max_size: Annotated[int, Field(ge=1, le=4096, description="Rows in a batch at most.")]
    max_wait: Annotated[
        Annotated[Duration, between("0ms", "1m")],
        Field(
            description="How long a batch that is not full may be held; 0ms starts at once on what is queued.",
            json_schema_extra={"default": "0ms"},
        ),
    ] = parse_duration("0ms")


_SECRET = rf"(?=.{{1,253}}/){DNS_NAME[1:-1]}/[-._A-Za-z0-9]{{1,253}}"


def _secret(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_SECRET, value, re.ASCII):
        raise Invalid("not a reference to a secret", "write `<secret's name>/<key>`")
    return value


class EnvVar(Section):
    """An environment variable of the server: a plain value, or a key of a Secret."""

    name: Annotated[EnvVarName, Field(description="The variable's name.")]
    value: Annotated[str | None, Field(max_length=8192, description="Its value, for all to read.")] = None
    secret: Annotated[
        Annotated[str, BeforeValidator(_secret)] | None,
        WithJsonSchema({"type": "string", "pattern": f"^{_SECRET}$", "examples": ["hub-token/token"]}),
        Field(description="`<secret>/<key>`: its value is read from a Secret of the namespace."),
    ] = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.value is None) == (self.secret is None):
            raise Invalid("exactly one of `value` and `secret` is needed")
        return self


class Server(Section):
    """How the model server takes requests, and when it refuses them."""

    protocol: Annotated[
        Literal["open-inference", "openai"] | None,
        Field(description="Default open-inference; of format vllm openai, which no other format has."),
    ] = None
    batching: Annotated[Batching | None, Field(description="Absent: one request at a time.")] = None
    concurrency: Annotated[int, Field(ge=1, le=65_536, description="Requests in progress; more wait in the queue.")] = (
        64
    )
    queue: Annotated[
        int, Field(ge=0, le=65_536, description="Requests that wait; more are refused with 503 and Retry-After.")
    ] = 256
    timeout: Annotated[
        Annotated[Duration, between("1ms", "1d")],
        Field(description="A request older than this gets 504.", json_schema_extra={"default": "30s"}),
    ] = parse_duration("30s")
    max_body: Annotated[
        Size, Field(description="A larger request body gets 413.", json_schema_extra={"default": "16Mi"})
    ] = 16 * 2**20
    workers: Annotated[int, Field(ge=1, le=64, description="Server processes in a pod; each loads the model.")] = 1
    args: Annotated[
        list[str], Field(description="vllm only: arguments of `vllm serve`, as `--max-model-len=8192`.")
    ] = []
    env: Annotated[list[EnvVar], Field(description="Environment variables of the server.")] = []

    @model_validator(mode="after")
    def _unique_env(self) -> Self:
        seen: set[str] = set()
        for index, variable in enumerate(self.env):
            if variable.name in seen:
                raise Invalid(f"{variable.name} is set twice", "keep one of them", at=("env", index, "name"))
            seen.add(variable.name)
        return self
