"""`modelStores` of an environment: how models and rows are had, and as whom, without a secret in any spec."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from .location import FETCHED, MOUNTED
from .network import Destination
from .scalars import LabelKey, Region, Size
from .section import Invalid, Section
from .server import EnvVar

_SCHEMES = (*FETCHED, *MOUNTED)
_PREFIX = re.compile(rf"({'|'.join(_SCHEMES)})://[^\s?#]*", re.ASCII)
_TAKEN_BY = {
    "endpoint": ("s3", "gs", "az", "hf"),
    "region": ("s3",),
    "env": FETCHED,
    "identity": FETCHED,
    "network": FETCHED,
}
"""Which kinds of store a field is for: with another one it would have no effect."""
_OWN_FIELD = {
    "AWS_ENDPOINT_URL": "endpoint",
    "AWS_REGION": "region",
    "AZURE_STORAGE_ENDPOINT": "endpoint",
    "GOOGLE_BASE_URL": "endpoint",
    "HF_ENDPOINT": "endpoint",
}


def _prefix(value: object) -> str:
    if not isinstance(value, str) or not _PREFIX.fullmatch(value):
        known = ", ".join(f"{scheme}://" for scheme in _SCHEMES)
        raise Invalid("not the beginning of a model's uri", f"begin it with one of {known}")
    return value


def _endpoint(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[\w./~-]*)?", value, re.A):
        raise Invalid("not a URL", "write `https://host[:port]`, without user and password")
    return value.rstrip("/")


class ModelStore(Section):
    """How models are had, and rows of a batch, whose uri begins with `prefix`; of several the longest counts."""

    prefix: Annotated[
        Annotated[str, BeforeValidator(_prefix)],
        WithJsonSchema({"type": "string", "examples": ["s3://models/", "hf://"]}),
        Field(description="The beginning of the uris that this is about."),
    ]
    endpoint: Annotated[
        Annotated[str, BeforeValidator(_endpoint)] | None,
        WithJsonSchema({"type": "string", "examples": ["https://minio.storage:9000"]}),
        Field(description="s3, gs, az and hf: a server of one's own; absent: the provider's."),
    ] = None
    region: Annotated[Region | None, Field(description="s3: the bucket's region; absent: us-east-1.")] = None
    env: Annotated[
        list[EnvVar],
        Field(
            description="Environment of the container that asks it alone: keys of a Secret, by the client's own names."
        ),
    ] = []
    identity: Annotated[
        dict[LabelKey, Annotated[str, Field(max_length=2048)]],
        Field(description="Annotations of the ServiceAccount by which the cloud knows the pod (workload identity)."),
    ] = {}
    network: Annotated[
        list[Destination], Field(description="Where the store is; absent: its port is open to every address.")
    ] = []
    bandwidth: Annotated[
        Size,
        Field(
            description="Bytes in a second that one pod can count on; start-up times follow from it.",
            json_schema_extra={"default": "100Mi"},
        ),
    ] = 100 * 2**20

    @model_validator(mode="after")
    def _has_effect(self) -> Self:
        scheme = self.prefix.partition(":")[0]
        for field, schemes in _TAKEN_BY.items():
            if field in self.model_fields_set and scheme not in schemes:
                known = ", ".join(f"{each}:" for each in schemes)
                raise Invalid(f"has no effect on {scheme}:", f"remove it; it is for {known}", at=(field,))
        return self

    @model_validator(mode="after")
    def _sound_env(self) -> Self:
        seen: set[str] = set()
        for index, variable in enumerate(self.env):
            at = ("env", index, "name")
            if field := _OWN_FIELD.get(variable.name):
                raise Invalid(f"the store has a field for {variable.name}", f"write `{field}` in place of it", at=at)
            if variable.name in seen:
                raise Invalid(f"{variable.name} is set twice", "keep one of them", at=at)
            seen.add(variable.name)
        return self
