"""ResolvedSpec -> the dashboard of one deployment, where its environment has a Grafana."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.grafana import dashboard_uid
from mlspec.plan.monitoring.objectives import INTERVAL
from mlspec.plan.monitoring.promql import span
from mlspec.plan.names import fit
from mlspec.plan.parts.dashboard import Dashboard

from .batch import batch
from .drift import drift
from .labels import labels
from .layout import lay_out
from .objectives import objectives
from .overview import overview
from .saturation import saturation
from .shown import shown_of
from .tokens import tokens
from .traffic import traffic
from .versions import new_versions, versions

_OF_A_SERVER = (overview, objectives, traffic, versions, drift, labels, tokens, saturation)
"""In the order in which somebody looks."""


def plan_dashboard(resolved: ResolvedSpec, startup_budget: int) -> Dashboard | None:
    """`startup_budget` in seconds; None where there is no Grafana to show it."""
    grafana = resolved.environment.spec.grafana
    if grafana is None:
        return None
    shown = shown_of(resolved, startup_budget)
    uid = dashboard_uid(resolved.name, resolved.environment.name)
    owner = (resolved.metadata.owner,) if resolved.metadata.owner else ()
    made = [make(shown) for make in (*(_OF_A_SERVER if resolved.spec.serves else ()), batch)]
    return Dashboard(
        name=fit(f"{resolved.name}-dashboard"),
        file=f"{uid}.json",
        labels=dict(sorted(grafana.labels.items())),
        annotations=dict(sorted(grafana.annotations.items())),
        uid=uid,
        title=f"{resolved.name} in {resolved.environment.name}",
        description=resolved.metadata.description,
        tags=("mlspec", resolved.environment.name, *owner),
        interval=span(INTERVAL),
        sections=tuple(lay_out(section for section in made if section is not None and section.panels)),
        marks=new_versions(shown) if resolved.spec.serves else (),
    )
