"""What one file of specs came to, apart from all others: plain values, from which `link` makes the findings of all."""

from __future__ import annotations

from msgspec import Struct, field

from .diagnostics import Diagnostic, Span
from .source.ignores import Ignore

DEFAULT_ENVIRONMENT = "default"
"""The environment of a workspace that has none."""


class Taken(Struct, frozen=True):
    """Something that only one model of a cluster can have, and who takes it."""

    key: str
    """What it is; two that take the same clash."""
    model: str
    environment: str
    span: Span
    what: str = ""
    """For a message about it."""


class SetAside(Struct, frozen=True):
    """A finding that somebody has seen and means to keep, and why."""

    finding: Diagnostic
    reason: str


class Listing(Struct):
    """What a workspace has, in the order of its files."""

    models: list[tuple[str, str]]
    """Each name with its file."""
    environments: list[tuple[str, Span]]
    """Each name with its place; of the built-in one that has no file."""
    places: list[tuple[str, str]]
    """Each model with each environment that it runs in."""
    output: str
    argocd: str


class Unit(Struct):
    """Of a file that defines an environment or a workspace, too, only what its models came to."""

    shared: bool = False
    """Whether other files depend on this one: it holds more than models, or could not be read whole."""
    models: list[str] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    """Each model with each environment that it runs in."""
    owners: list[str] = field(default_factory=list)
    """Whose outputs were made."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """Found in the file or in a model whatever its environment."""
    findings: list[tuple[str, Diagnostic]] = field(default_factory=list)
    """Found in an environment, with its name."""
    overrides: list[Span] = field(default_factory=list)
    """Where the target of each override is written, once for each environment that has it."""
    taken: dict[str, list[Taken]] = field(default_factory=dict)
    """By the code of the finding that a second one would be."""
    ignores: list[Ignore] = field(default_factory=list)
    """The comments by which findings are set aside."""
