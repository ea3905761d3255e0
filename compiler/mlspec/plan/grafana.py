"""Where the dashboard of one model in one environment is found."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec

from .names import fit

_LONGEST = 40
"""Source: IsShortUIDTooLong in pkg/util/shortid_generator.go of grafana/grafana."""


def dashboard_uid(model: str, environment: str) -> str:
    """Unique among all models and environments that one Grafana shows, and the same for ever: links hold it."""
    # Neither name can contain an underscore: `a-b` in `c` and `a` in `b-c` stay two.
    return fit(f"mlspec_{model}_{environment}", _LONGEST)


def dashboard_url(resolved: ResolvedSpec) -> str | None:
    """Where people open it; None where the environment has no Grafana, or does not say where that is."""
    grafana = resolved.environment.spec.grafana
    if grafana is None or grafana.address is None:
        return None
    return f"{grafana.address.rstrip('/')}/d/{dashboard_uid(resolved.name, resolved.environment.name)}"
