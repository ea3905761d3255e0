"""Checks of the way in: routes that nobody carries, and callers that the network policy would keep out."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.exposure import chosen_gateway
from mlspec.plan.labels import RESERVED

from .registry import check

NO_GATEWAY = code(
    "MLS201",
    "no-gateway",
    title="a route without a Gateway",
    reason="A route is carried by a Gateway; neither the model nor the environment names one.",
    remedy="name the `gateway` in the environment or in `expose`, or use an `ingress`",
)
NO_POOL = code(
    "MLS279",
    "no-inference-pool",
    title="an InferencePool where the Gateway takes none",
    reason="A Gateway without the inference extension answers a route to an InferencePool with an error.",
    remedy="remove `expose.inferencePool` there, or set `inferencePool: true` in the environment where its Gateway can",
)
CANARY_POOL = code(
    "MLS281",
    "canary-behind-a-picker",
    title="a canary behind an InferencePool",
    reason="A picker chooses among all replicas, whatever their version, and a route's weights have no say.",
    remedy="remove `expose.inferencePool`, or the canary",
)
TIMEOUT_OF_INGRESS = code(
    "MLS233",
    "timeout-of-ingress",
    title="a timeout that an Ingress cannot promise",
    reason="The Ingress API has none; each controller has annotations of its own for it.",
    remedy="remove it; where the controller has an annotation for it, add that with an override of the Ingress",
)
CLOSED_INGRESS = code(
    "MLS224",
    "closed-ingress",
    title="an Ingress whose controller is not let in",
    reason="The network policy is closed by default, and an Ingress does not say where its controller runs.",
    remedy="name the controller's namespace in `network.from`",
    ignorable=Ignorable.YES,
)
RETIRED_INGRESS = code(
    "MLS231",
    "retired-ingress-controller",
    title="the ingress-nginx controller is retired",
    reason="It has had no fixes, of security holes neither, since March 2026.",
    remedy="move to a Gateway (`expose.gateway`) or to a controller that is maintained",
    ignorable=Ignorable.YES,
)
RESERVED_LABEL = code(
    "MLS225",
    "reserved-label",
    title="a label that the compiler itself writes",
    reason="Selectors and Argo CD depend on it.",
    remedy="use a key with a prefix of your own",
)


@check(NO_GATEWAY)
def no_gateway(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    expose = resolved.spec.expose
    if expose and not expose.ingress and not expose.load_balancer and chosen_gateway(resolved) is None:
        yield NO_GATEWAY.error(
            resolved.at_key("expose"),
            f"no Gateway carries this route in {resolved.environment.name}",
            label="names none itself",
        )


@check(NO_POOL)
def no_inference_pool(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    expose, environment = resolved.spec.expose, resolved.environment
    if expose and expose.inference_pool and not environment.spec.inference_pool:
        yield NO_POOL.error(
            resolved.at_key("expose", "inferencePool"),
            f"the Gateway in {environment.name} takes no InferencePool",
            label="cannot be led to",
            related=environment.related("not there", "inferencePool"),
        )


@check(CANARY_POOL)
def canary_behind_a_picker(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    expose = resolved.spec.expose
    if expose and expose.inference_pool and resolved.spec.rollout.canary:
        message = "a picker knows no shares of a canary"
        yield CANARY_POOL.error(resolved.at_key("rollout", "canary"), message, label="would have no effect")


@check(TIMEOUT_OF_INGRESS)
def timeout_of_ingress(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    expose = resolved.spec.expose
    if expose and expose.ingress and expose.timeout is not None:
        message = "an Ingress has no timeout"
        yield TIMEOUT_OF_INGRESS.error(resolved.at_key("expose", "timeout"), message, label="would have no effect")


@check(CLOSED_INGRESS)
def closed_ingress(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    expose = resolved.spec.expose
    if expose and expose.ingress and not resolved.spec.network.from_:
        yield CLOSED_INGRESS.error(
            resolved.at_key("expose", "ingress"),
            "the ingress controller is not among the callers that are let in",
            label="let in from nowhere",
            remedy=f"add `network: {{from: [{{namespace: {expose.ingress.class_name}}}]}}` "
            "with the namespace in which the controller runs",
        )


@check(RETIRED_INGRESS)
def retired_ingress(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    expose = resolved.spec.expose
    if expose and expose.ingress and expose.ingress.class_name == "nginx":
        yield RETIRED_INGRESS.warning(
            resolved.at("expose", "ingress", "class"),
            "the ingress-nginx controller is retired",
            label="no longer fixed",
        )


@check(RESERVED_LABEL)
def reserved_label(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for key in resolved.metadata.labels:
        if key.startswith(RESERVED):
            yield RESERVED_LABEL.error(
                resolved.model.metadata_tree.locate_key(("labels", key)),
                f"the label {key} belongs to the compiler",
                label="reserved",
            )
