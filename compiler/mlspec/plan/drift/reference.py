"""What is known of a reference once it has been read: a distribution for each feature, or what is wrong with it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Wrong = Literal[
    "drift-reference-unreadable",
    "drift-reference-columns",
    "drift-reference-type",
    "drift-reference-short",
    "drift-too-many-values",
    "drift-exclude-unknown",
    "drift-features",
]
"""What can be wrong with a reference, by the name of the finding that tells of it."""


class Fault(Struct, frozen=True):
    """`message` goes on after the file's name, `label` stands beside the caret; `remedy` may be empty."""

    kind: Wrong
    message: str
    label: str
    remedy: str = ""
    about: str = ""
    """The name in `exclude` that it is about, where it is about one."""


class Refused(Exception):
    """Ends the reading of a reference."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Feature(Struct, frozen=True):
    """How one column of a tensor is distributed.

    `shares` are those of the buckets in their order, then that of missing values. A number belongs to the first bucket
    whose bound is not below it, or to the last; a text to that of its category, or to the last.
    """

    name: str
    tensor: str
    column: int
    """Of the tensor, once each of its rows is laid flat."""
    is_output: bool
    shares: tuple[float, ...]
    bounds: tuple[float, ...] = ()
    categories: tuple[str, ...] | None = None
    """None for numbers."""


class Reference(Struct, frozen=True):
    """`rows` are those of the file."""

    rows: int
    features: tuple[Feature, ...]
