"""Checks of accelerators that a driver hands out by claims."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.kubernetes_features import ON_BY_DEFAULT, has
from mlspec.plan.resources import catalogue_entry

from .registry import check

_FEATURE = "resource-claims"

NO_CLAIMS = code(
    "MLS263",
    "no-claims",
    title="a claim of devices on a Kubernetes that has none",
    reason="`resource.k8s.io/v1` is served, and on by default, from 1.34 on.",
    remedy="name the device plugin's `resource` in place of `claim` there, or raise `kubernetes` once its clusters are",
)


@check(NO_CLAIMS)
def no_claims(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    environment = resolved.environment
    if accelerator is None or entry is None or entry.claim is None or has(environment.spec.kubernetes, _FEATURE):
        return
    least = ".".join(str(part) for part in ON_BY_DEFAULT[_FEATURE])
    yield NO_CLAIMS.error(
        resolved.at("resources", "accelerator", "type"),
        f"{accelerator.type} is had by a claim in {environment.name}, which Kubernetes knows from {least} on",
        label="cannot be claimed there",
        related=[
            *environment.related("too old", "kubernetes"),
            *environment.related("the claim", "accelerators", accelerator.type, "claim"),
        ],
    )
