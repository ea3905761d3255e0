"""Checks of what an environment's policy demands; each points at the policy's own line too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, Related
from mlspec.environment.resolved import Environment, ResolvedSpec
from mlspec.plan.delivery import model_location
from mlspec.plan.formats import FORMATS
from mlspec.plan.image import default_base_image
from mlspec.plan.resources import devices
from mlspec.plan.rollout import most_pods, most_replicas

from .registry import check

MAX_REPLICAS = code(
    "MLS208",
    "policy-max-replicas",
    title="more replicas than the environment allows",
    reason="The environment's policy bounds what one model may take.",
    remedy="lower the number, or talk to who owns the environment",
    ignorable=Ignorable.POLICY,
)
MAX_ACCELERATORS = code(
    "MLS209",
    "policy-max-accelerators",
    title="more accelerators than the environment allows",
    reason="Accelerators are scarce: replicas at most × accelerators each is bounded by the environment's policy.",
    remedy="lower one of the two numbers, or talk to who owns the environment",
    ignorable=Ignorable.POLICY,
)
REQUIRE_DIGEST = code(
    "MLS210",
    "policy-require-digest",
    title="a model without a digest where the environment demands one",
    reason="A pickle executes what stands in it: only a digest says that it is the model which was reviewed.",
    remedy="state the model's `digest`",
    ignorable=Ignorable.POLICY,
)
REQUIRE_OWNER = code(
    "MLS211",
    "policy-require-owner",
    title="a model without an owner where the environment demands one",
    reason="An alert must reach somebody.",
    remedy="state `metadata.owner`",
    ignorable=Ignorable.POLICY,
)
REQUIRE_SLO = code(
    "MLS212",
    "policy-require-slo",
    title="a model without an objective where the environment demands one",
    reason="Without an objective nobody is told when the service fails its users.",
    remedy="state `monitoring.slo`",
    ignorable=Ignorable.POLICY,
)
ALLOWED_REGISTRIES = code(
    "MLS213",
    "policy-allowed-registries",
    title="an image from a registry that the environment does not allow",
    reason="The environment's policy bounds where code may come from.",
    remedy="use an image from an allowed registry",
    ignorable=Ignorable.POLICY,
)


@check(MAX_REPLICAS)
def max_replicas(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    bound, wanted = resolved.environment.spec.policy.max_replicas, most_replicas(resolved)
    if bound is not None and wanted > bound:
        path = ("scaling", "maxReplicas") if resolved.spec.scaling else ("replicas",)
        yield MAX_REPLICAS.error(
            resolved.at(*path),
            f"{resolved.name} may have {wanted} replicas; {bound} are allowed in {resolved.environment.name}",
            label="too many",
            related=resolved.environment.related(f"{bound} at most", "policy", "maxReplicas"),
            fix=str(bound) if resolved.has(*path) else "",
            remedy=f"lower it to {bound}, or talk to who owns the environment",
        )


@check(MAX_ACCELERATORS)
def max_accelerators(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    bound, accelerator = resolved.environment.spec.policy.max_accelerators, resolved.spec.resources.accelerator
    if bound is None or accelerator is None:
        return
    replicas = most_pods(resolved)
    each = devices(accelerator)
    if each * replicas > bound:
        yield MAX_ACCELERATORS.error(
            resolved.at_key("resources", "accelerator"),
            f"{resolved.name} may take {each} × {replicas} = {each * replicas} accelerators; "
            f"{bound} are allowed in {resolved.environment.name}",
            label="too many",
            related=resolved.environment.related(f"{bound} at most", "policy", "maxAccelerators"),
        )


@check(REQUIRE_DIGEST)
def require_digest(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    model = resolved.spec.model
    runs_code = model.uri is not None and FORMATS[model.format].runs_code(model.uri)
    where = model_location(resolved)
    # An image's reference is a digest itself, which the node verifies.
    named = model.digest is not None or (where is not None and where.scheme == "oci")
    if resolved.environment.spec.policy.require_digest and model.uri is not None and not named:
        asked = f"state the model's `digest`, or run `mlspec lock {resolved.name}`, which reads it in its store"
        why = "its format runs code when it is loaded" if runs_code else "every model there has one"
        yield REQUIRE_DIGEST.error(
            resolved.at_key("model"),
            f"a digest of the model is demanded in {resolved.environment.name}: {why}",
            label="needs `digest`",
            remedy=asked if where and where.is_fetched else "",
            related=resolved.environment.related("demanded here", "policy", "requireDigest"),
        )


@check(REQUIRE_OWNER)
def require_owner(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.environment.spec.policy.require_owner and resolved.metadata.owner is None:
        yield REQUIRE_OWNER.error(
            resolved.model.name_span,
            f"an owner is demanded of every model in {resolved.environment.name}",
            label="needs `owner`",
            related=resolved.environment.related("demanded here", "policy", "requireOwner"),
        )


@check(REQUIRE_SLO)
def require_slo(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    slo = resolved.spec.monitoring.slo
    if not resolved.spec.serves:
        return  # there are no requests that an objective could be about
    if resolved.environment.spec.policy.require_slo and not (
        slo and (slo.availability or slo.latency or slo.time_per_output_token)
    ):
        yield REQUIRE_SLO.error(
            resolved.at_key("monitoring") if resolved.has("monitoring") else resolved.model.name_span,
            f"an objective is demanded of every model in {resolved.environment.name}",
            label="needs `monitoring.slo`",
            related=resolved.environment.related("demanded here", "policy", "requireSlo"),
        )


@check(ALLOWED_REGISTRIES)
def allowed_registries(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    environment, build = resolved.environment, resolved.spec.build
    allowed = environment.spec.policy.allowed_registries
    if not allowed:
        return
    related = environment.related("allowed: " + ", ".join(allowed), "policy", "allowedRegistries")
    base = qualified(build.base_image or default_base_image(resolved.spec.model.format, build.python))
    if not _within(base, allowed):
        yield ALLOWED_REGISTRIES.error(
            resolved.at("build", "baseImage") if build.base_image else resolved.at("model", "format"),
            f"the base image {base} is from a registry that is not allowed in {environment.name}",
            label="not among the allowed" if build.base_image else "its base image by default",
            remedy="set `build.baseImage` to a copy in an allowed registry",
            related=related,
        )
    where = model_location(resolved)
    if where is not None and where.scheme == "oci" and not _within(where.root.partition("@")[0], allowed):
        yield ALLOWED_REGISTRIES.error(
            resolved.at("model", "uri"),
            f"the model is in a registry that is not allowed in {environment.name}",
            label="not among the allowed",
            remedy="name a copy of it in an allowed registry",
            related=related,
        )
    if not _within(qualified(f"{environment.spec.registry or ''}/{resolved.name}".lstrip("/")), allowed):
        yield _registry_not_allowed(environment, related)


def _registry_not_allowed(environment: Environment, related: Iterable[Related]) -> Diagnostic:
    """What is wrong with the environment itself; every model there finds the same."""
    written = environment.spec.registry is not None
    message = f"the images in {environment.name} are pushed to a registry that is not allowed there"
    return ALLOWED_REGISTRIES.error(
        (environment.at("registry") if written else None) or environment.name_span,
        message if written else f"the images in {environment.name} come from docker.io, which is not allowed there",
        label="not among the allowed" if written else "has no `registry`",
        remedy="set the environment's `registry` to an allowed one",
        related=related,
    )


def qualified(image: str) -> str:
    """An image with the registry that a short name leaves out, as container runtimes fill it in."""
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"


def _within(image: str, allowed: list[str]) -> bool:
    return any(image == registry or image.startswith((f"{registry}/", f"{registry}:")) for registry in allowed)
