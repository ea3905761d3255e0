"""drift.json, beside the settings -> for each feature where its values are, its buckets, and the share of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec_runtime import fields
from mlspec_runtime.errors import StartupError


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of a tensor. `shares` has one place more than there are buckets, for missing values.

    A number is in the first bucket whose bound is not below it, or in the last; a text in that of its category, or in
    the last.
    """

    name: str
    tensor: str
    column: int
    is_output: bool
    shares: tuple[float, ...]
    bounds: tuple[float, ...] = ()
    categories: tuple[str, ...] | None = None
    """None for numbers."""


def read_reference(file: Path) -> tuple[Feature, ...]:
    """Raises StartupError when the file is missing or does not say what a reference must."""
    try:
        document = json.loads(file.read_bytes())
        found = fields.read_object(document, file.name, {"features": fields.each(_feature)}, ("features",))
    except (OSError, ValueError) as error:
        raise StartupError("drift", f"{error}. Compile the model again and apply its ConfigMap.") from error
    features: tuple[Feature, ...] = found["features"]
    return features


def _feature(value: object) -> Feature:
    known: dict[str, fields.Read[Any]] = {
        "name": fields.text,
        "input": fields.text,
        "output": fields.text,
        "column": fields.whole(0),
        "bounds": fields.each(fields.number(-float("inf"))),
        "categories": fields.each(fields.text),
        "shares": fields.each(fields.number(0, 1)),
    }
    found = fields.read_object(value, "feature", known, ("name", "column", "shares"))
    tensors = [key for key in ("input", "output") if key in found]
    kinds = [key for key in ("bounds", "categories") if key in found]
    if len(tensors) != 1 or len(kinds) != 1:
        raise ValueError("must have input or output, and bounds or categories")
    buckets = len(found[kinds[0]]) + 1
    if len(found["shares"]) != buckets + 1:
        raise ValueError(f"has {len(found['shares'])} shares; its {buckets} buckets and missing values take one each")
    tensor = found.pop(tensors[0])
    return Feature(tensor=tensor, is_output=tensors == ["output"], **found)
