"""ResolvedSpec -> the object that runs the pods: a Deployment or, for a canary, a Rollout of Argo Rollouts."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec

from .names import plan_names
from .plan import Workload


def plan_workload(resolved: ResolvedSpec) -> Workload:
    """Its kind and name."""
    name = plan_names(resolved.name, resolved.environment.name).service
    if resolved.spec.rollout.canary:
        return Workload("argoproj.io/v1alpha1", "Rollout", name)
    return Workload("apps/v1", "Deployment", name)
