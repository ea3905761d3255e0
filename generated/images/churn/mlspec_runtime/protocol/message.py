"""An inference request as the server handles it: what was asked, checked against the signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mlspec_runtime.datatypes import Array
from mlspec_runtime.errors import RequestError


@dataclass(slots=True)
class Inference:
    """`inputs` are in the signature's order. `outputs` maps each output asked for to whether it goes as binary.

    With no `outputs` all are sent, as binary where `binary` is set. `prediction_id` is the id under which the server
    takes labels for the answer, where it does.
    """

    inputs: dict[str, Array]
    id: str | None = None
    outputs: dict[str, bool] = field(default_factory=dict)
    binary: bool = False
    prediction_id: str | None = None


def bad(message: str) -> RequestError:
    """A malformed request: 400."""
    return RequestError(400, message)


def parameters_of(value: dict[str, Any], place: str) -> dict[str, Any]:
    parameters = value.get("parameters", {})
    if not isinstance(parameters, dict):
        raise bad(f"{place}: parameters must be an object")
    return parameters


def flag(parameters: dict[str, Any], name: str, place: str) -> bool:
    value = parameters.get(name, False)
    if not isinstance(value, bool):
        raise bad(f"{place}: parameter {name} must be true or false")
    return value
