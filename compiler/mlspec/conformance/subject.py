"""The server that is examined: what it says about itself and its model, and what the model answers to a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mlspec.client.exchange import Address, Request, exchange
from mlspec.client.signature import read_specs
from mlspec.client.tensors import Spec, Tensor, sample

from .answer import parse, parse_object


class Inapplicable(Exception):
    """A case that this server or model gives no occasion for; the message says why."""


class Unusable(Exception):
    """There is nothing to examine; the message says why and what to do."""


@dataclass(frozen=True)
class Subject:
    """`version` and `extensions` are empty where the server names none, the signature where it gives none."""

    address: Address
    model: str
    version: str = ""
    extensions: tuple[str, ...] = ()
    inputs: tuple[Spec, ...] = ()
    outputs: tuple[Spec, ...] = ()
    given: tuple[Tensor, ...] = ()
    """The user's own request instead of one from the signature."""

    @property
    def sample(self) -> Sequence[Tensor]:
        """One request's inputs."""
        return self.given or tuple(map(sample, self.inputs))

    @property
    def has_rows(self) -> bool:
        """Whether requests of any number of rows are answered with as many."""
        tensors = (*self.inputs, *self.outputs)
        return bool(tensors) and all(spec.has_rows for spec in tensors)

    def fill(self, text: str) -> str:
        """The text with the names of model and version, as a path takes them."""
        if "{version}" in text and not self.version:
            raise Inapplicable("the model's metadata names no version")
        return text.replace("{model}", quote(self.model, safe="")).replace("{version}", quote(self.version, safe=""))


def learn(address: Address, model: str, given: tuple[Tensor, ...] = ()) -> Subject:
    """Asks the server for its metadata. Raises NoAnswer where it cannot be reached, Unusable where that is no use."""
    ready = exchange(address, Request("GET", "/v2/health/ready"))
    if ready.status == 503:
        raise Unusable(f"{address} is not ready yet: wait until GET /v2/health/ready answers 200")
    path = f"/v2/models/{quote(model, safe='')}"
    metadata = exchange(address, Request("GET", path))
    if metadata.status == 404 and exchange(address, Request("GET", f"{path}/ready")).status == 404:
        raise Unusable(f"{address} serves no model {model!r}{_others(address)}")
    described = _object(metadata.body)
    versions = described.get("versions")
    extensions = _object(exchange(address, Request("GET", "/v2")).body).get("extensions")
    return Subject(
        address,
        model,
        version=versions[-1] if isinstance(versions, list) and versions and isinstance(versions[-1], str) else "",
        extensions=tuple(map(str, extensions)) if isinstance(extensions, list) else (),
        inputs=_specs(described, "inputs"),
        outputs=_specs(described, "outputs"),
        given=given,
    )


def _specs(metadata: Any, key: str) -> tuple[Spec, ...]:
    try:
        return read_specs(metadata, key)
    except ValueError:
        return ()  # the case about metadata says what is wrong


def _others(address: Address) -> str:
    index = exchange(address, Request("POST", "/v2/repository/index")).body
    try:
        names = [str(model["name"]) for model in parse(index)]
    except (ValueError, TypeError, KeyError):
        return ""
    return f"; it serves {', '.join(names)}" if names else ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        return parse_object(body)
    except ValueError:
        return {}
