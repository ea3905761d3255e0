"""Checks of canaries: what tries a version, what measures it, and what it takes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, Related
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.canary import is_routed, replicas_beyond, shares
from mlspec.plan.resources import catalogue_entry, devices

from .registry import check

NO_ROLLOUTS = code(
    "MLS250",
    "canary-without-argo-rollouts",
    title="a canary where nobody carries it out",
    reason="Kubernetes itself knows no canary: Argo Rollouts carries it out, with its plugin for the Gateway API.",
    remedy="declare `argoRollouts: true` in the environment if its clusters have both, or use another strategy there",
)
UNMEASURED = code(
    "MLS251",
    "canary-without-objective",
    title="a canary that nothing would end",
    reason="What the model owes its users decides whether a version goes on; without it every version would.",
    remedy="state `monitoring.slo`, or use another strategy",
)
NO_SPARE = code(
    "MLS252",
    "canary-without-spare-accelerators",
    title="a canary on accelerators that the environment does not have to spare",
    reason="Both versions run beside each other; the new pods would wait for cards that the old ones hold.",
    remedy="raise the share in smaller steps, or declare `spare` cards in the environment",
)
TOO_SMALL = code(
    "MLS253",
    "canary-share-too-small",
    title="a share of the requests that is less than a pod",
    reason="Without a route of the Gateway API a version gets the share of the requests that it has of the pods, and "
    "it has at least one.",
    remedy="raise the share or the replicas, or expose the model through a Gateway, which divides the requests",
    ignorable=Ignorable.YES,
)


@check(NO_ROLLOUTS)
def canary_without_argo_rollouts(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    environment = resolved.environment
    if resolved.spec.rollout.canary is None or environment.spec.argo_rollouts:
        return
    written = environment.related("has no Argo Rollouts", "argoRollouts")
    here = (Related(environment.name_span, "does not declare `argoRollouts`"),) if environment.source else ()
    yield NO_ROLLOUTS.error(
        resolved.at("rollout", "strategy"),
        f"nothing carries out a canary in {environment.name}",
        label="needs Argo Rollouts",
        related=written or here,
    )


@check(UNMEASURED)
def canary_without_objective(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.rollout.canary is not None and resolved.spec.monitoring.slo is None:
        yield UNMEASURED.error(
            resolved.at_key("rollout", "canary"),
            f"{resolved.name} has no objective in {resolved.environment.name} that a canary could break",
            label="never ends early",
        )


@check(NO_SPARE)
def canary_without_spare(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if resolved.spec.rollout.canary is None or accelerator is None or entry is None or not is_routed(resolved):
        return
    wanted = replicas_beyond(resolved) * devices(accelerator)
    if wanted > entry.spare:
        path = ("accelerators", accelerator.type, "spare")
        environment = resolved.environment
        yield NO_SPARE.error(
            resolved.at("rollout", "canary", "steps"),
            f"this canary takes {wanted} more accelerators; {entry.spare} can be spared in {environment.name}",
            label="would wait for ever",
            related=environment.related("what can be spared", *path)
            or environment.related("has none to spare", *path[:2]),
        )


@check(TOO_SMALL)
def canary_share_too_small(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    asked = shares(resolved)
    # Where nobody carries out a canary that is said first: what its shares would be depends on who does.
    if not asked or is_routed(resolved) or not resolved.environment.spec.argo_rollouts:
        return
    scaling = resolved.spec.scaling
    least = scaling.min_replicas if scaling else resolved.spec.replicas or 1
    if asked[0] * least < 100:
        yield TOO_SMALL.error(
            resolved.at("rollout", "canary", "steps", 0),
            f"{asked[0]}% of {_replicas(least)} is less than a pod",
            label="at least one pod would get more",
        )


def _replicas(count: int) -> str:
    return "1 replica" if count == 1 else f"{count} replicas"
