"""A model's metadata as a server gives it -> its signature, or what is wrong with it."""

from __future__ import annotations

from typing import Any

from .tensors import DATATYPES, Spec


def read_specs(metadata: Any, key: str) -> tuple[Spec, ...]:
    """The tensors under `inputs` or `outputs`. Raises ValueError with the first thing that is wrong."""
    listed = metadata.get(key) if isinstance(metadata, dict) else None
    if not isinstance(listed, list) or not listed:
        raise ValueError(f"{key} is not a list of at least one tensor")
    specs = tuple(_read(tensor, f"{key}[{index}]") for index, tensor in enumerate(listed))
    if len({spec.name for spec in specs}) < len(specs):
        raise ValueError(f"{key} has a name twice")
    return specs


def _read(tensor: Any, place: str) -> Spec:
    if not isinstance(tensor, dict):
        raise ValueError(f"{place} is not an object")
    name, datatype, shape = tensor.get("name"), tensor.get("datatype"), tensor.get("shape")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{place} has no name")
    if datatype not in DATATYPES:
        raise ValueError(f"{place}: datatype {datatype!r} is not one of the protocol's")
    if not isinstance(shape, list) or not all(type(length) is int and length >= -1 for length in shape):
        raise ValueError(f"{place}: shape {shape!r} is not a list of whole numbers of at least -1")
    return Spec(name, datatype, tuple(shape))
