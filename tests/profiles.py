"""How many examples a property tries where each is expensive, in the ordinary profile and in the others."""

from __future__ import annotations

from hypothesis import settings


def ordinarily(examples: int, *, otherwise: int = 1) -> settings:
    """So many in the ordinary profile, whose budget is ten minutes for all tests; else one in `otherwise`."""
    if settings.get_current_profile_name() == "ordinary":
        return settings(max_examples=examples)
    return settings(max_examples=settings().max_examples // otherwise)
