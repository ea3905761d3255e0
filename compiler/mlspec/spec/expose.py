"""`spec.expose`: how callers outside the cluster reach the model."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from .scalars import DnsLabel, DnsName, Duration, LabelKey, LabelValue, between
from .section import Invalid, Section


class Gateway(Section):
    """A Gateway of the Gateway API that carries the route."""

    name: Annotated[DnsLabel, Field(description="The Gateway's name.")]
    namespace: Annotated[DnsLabel, Field(description="Its namespace.")]
    section: Annotated[DnsLabel | None, Field(description="Its listener; absent: any that admits the route.")] = None


class Ingress(Section):
    """An Ingress, where the cluster has no Gateway."""

    class_name: Annotated[
        DnsName, Field(alias="class", description="The IngressClass; there is no default.", examples=["traefik"])
    ]
    tls_secret: Annotated[
        DnsName | None, Field(description="Secret with the host's certificate.", examples=["models-tls"])
    ] = None
    issuer: Annotated[DnsLabel | None, Field(description="cert-manager ClusterIssuer that fills `tlsSecret`.")] = None

    @model_validator(mode="after")
    def _issuer_needs_secret(self) -> Self:
        if self.issuer and not self.tls_secret:
            raise Invalid(
                "an issuer needs somewhere to put the certificate", "name it with `tlsSecret`", at=("issuer",)
            )
        return self


class InferencePool(Section):
    """An endpoint picker chooses the replica for each request, by what each has in hand and in its cache."""

    endpoint_picker: Annotated[
        DnsLabel,
        Field(description="The picker's Service, in the model's namespace; charts call it `<pool>-epp`."),
    ]
    port: Annotated[int, Field(ge=1, le=65_535, description="The port at which it speaks ext-proc.")] = 9002
    labels: Annotated[
        dict[LabelKey, LabelValue],
        Field(description="Of its pods, which read the replicas' metrics; default `inferencepool: <endpointPicker>`."),
    ] = {}
    fail_open: Annotated[
        bool, Field(description="Whether requests go to any replica while the picker does not answer.")
    ] = False


PATH = r"/([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?"


def _path(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(PATH, value, re.ASCII):
        raise Invalid("not a path", "begin with `/`, end without one: `/`, `/fraud`")
    if len(value) > 1024 or {".", ".."} & set(value.split("/")):
        raise Invalid(
            "not a path that a Gateway takes", "at most 1024 characters, without `.` and `..` between slashes"
        )
    return value


class Expose(Section):
    """The way in from outside the cluster; absent: only a ClusterIP Service."""

    host: Annotated[DnsName | None, Field(description="The host name that callers use.")] = None
    path: Annotated[
        Annotated[str, BeforeValidator(_path)],
        WithJsonSchema({"type": "string", "pattern": f"^{PATH}$", "maxLength": 1024, "default": "/"}),
        Field(description="The path under which callers see the server's own `/`."),
    ] = "/"
    timeout: Annotated[
        Annotated[Duration, between("1ms", "1d")] | None,
        Field(description="Default: the server's timeout and a margin.", examples=["12s"]),
    ] = None
    gateway: Annotated[Gateway | None, Field(description="Default from the environment.")] = None
    inference_pool: Annotated[
        InferencePool | None, Field(description="vllm only: a picker chooses the replica, in place of the Service.")
    ] = None
    ingress: Annotated[Ingress | None, Field(description="An Ingress in place of a route.")] = None
    load_balancer: Annotated[bool, Field(description="A Service of type LoadBalancer in place of a route.")] = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name, way in (("gateway", self.gateway), ("ingress", self.ingress)) if way]
        ways += ["loadBalancer"] if self.load_balancer else []
        if len(ways) > 1:
            raise Invalid(f"{ways[0]} is chosen already", "keep one way in", at=(ways[1],))
        if self.inference_pool and (self.ingress or self.load_balancer):
            raise Invalid("an InferencePool stands behind a Gateway", "remove it", at=("inferencePool",))
        if self.load_balancer:
            for key in ("host", "timeout"):
                if getattr(self, key) is not None:
                    raise Invalid("a load balancer knows no " + key, "remove it", at=(key,))
            if self.path != "/":
                raise Invalid("a load balancer knows no paths", "remove it", at=("path",))
        elif self.host is None:
            raise Invalid("a route needs a `host`", "name the host that callers use")
        return self
