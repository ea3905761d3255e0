"""`spec.network`: who may call the model, and what it may call."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from .scalars import DnsLabel, LabelKey, LabelValue
from .section import Invalid, Section

Port = Annotated[int, Field(ge=1, le=65_535)]


def _cidr(value: object) -> str:
    how = "write an address and a length: `10.20.0.0/16`"
    if not isinstance(value, str) or "%" in value:
        raise Invalid("not a CIDR range", how)
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise Invalid("not a CIDR range", how) from None
    if "/" not in value:
        raise Invalid("an address without a length", fix=str(network))
    if str(network) != value.lower():
        raise Invalid("not written as its range", fix=str(network))
    return str(network)


Cidr = Annotated[str, BeforeValidator(_cidr), WithJsonSchema({"type": "string", "examples": ["10.20.0.0/16"]})]


class Caller(Section):
    """Pods of a namespace that may call the model."""

    namespace: Annotated[DnsLabel, Field(description="Their namespace.")]
    labels: Annotated[dict[LabelKey, LabelValue], Field(description="Only pods with these labels; absent: all.")] = {}


class Destination(Section):
    """A range of addresses, or pods of the cluster, that may be called."""

    cidr: Annotated[Cidr | None, Field(description="A range of addresses outside of the cluster.")] = None
    namespace: Annotated[
        DnsLabel | None, Field(description="Pods of this namespace: no range finds them on every network.")
    ] = None
    labels: Annotated[dict[LabelKey, LabelValue], Field(description="Only pods with these labels; absent: all.")] = {}
    ports: Annotated[list[Port], Field(description="TCP ports; absent: every port.")] = []

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.cidr is None) == (self.namespace is None):
            raise Invalid("exactly one of `cidr` and `namespace` is needed")
        if self.labels and self.namespace is None:
            raise Invalid(
                "labels of pods, and no namespace", "name the `namespace` in place of the range", at=("labels",)
            )
        return self


class Network(Section):
    """What is let in besides the gateway and Prometheus, and out besides DNS."""

    from_: Annotated[list[Caller], Field(alias="from", description="Who may call it.")] = []
    to: Annotated[list[Destination], Field(description="What it may call.")] = []
