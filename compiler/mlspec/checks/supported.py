"""What the language has and this version does not do yet: refused, never accepted without effect."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec

from .registry import check

FIELD = code(
    "MLS601",
    "field-not-supported-yet",
    title="a field that has no effect yet",
    reason="A field that is accepted and ignored would promise what nobody keeps.",
    remedy="remove it until a later version supports it",
)
_FIELDS = (("monitoring", "drift"),)


@check(FIELD)
def field_not_supported(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    asked = [path for path in _FIELDS if resolved.has(*path)]
    for path in asked:
        name = ".".join(path)
        yield FIELD.error(resolved.at_key(*path), f"`{name}` is not supported yet", label="has no effect yet")
