"""Checks of a model that is fetched or mounted: what must be known of it, and what the cluster must have."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.batch_stores import data_stores
from mlspec.plan.delivery import model_location, model_store
from mlspec.plan.kubernetes_features import ON_BY_DEFAULT, has
from mlspec.plan.quantities import size
from mlspec.plan.resources import least_disk

from .registry import check

SIZE_MISSING = code(
    "MLS430",
    "size-missing",
    title="a model that is not beside its spec, without its size",
    reason="Disk, memory and the time that a start may take follow from the size, and compiling asks no store for it.",
    remedy="state `model.size`, rounded up: of a folder the sum of its files",
)
REVISION_MISSING = code(
    "MLS431",
    "revision-missing",
    title="a model of Hugging Face without a revision",
    reason="A branch moves: two replicas that start a day apart would serve two models.",
    remedy="state `model.revision`, the commit's 40 hex digits",
)
REVISION_WITHOUT_HUB = code(
    "MLS432",
    "revision-without-effect",
    title="a revision of a model that has none",
    reason="Only a repository of Hugging Face has commits; elsewhere `digest` says which model is meant.",
    remedy="remove `model.revision`",
)
DIGEST_OF_NOTHING = code(
    "MLS436",
    "digest-without-effect",
    title="a digest of a model that has no place",
    reason="What a handler brings by itself nobody compares with a digest.",
    remedy="name the model's place as `model.uri`, or remove `model.digest`",
)
NO_IMAGE_VOLUMES = code(
    "MLS433",
    "no-image-volumes",
    title="a model from a registry where clusters cannot mount an image",
    reason="The field is dropped there, or the pod refused, and the server finds no model.",
    remedy="fetch the model from a store, or raise the environment's `kubernetes` once its clusters are newer",
)
STORAGE_TOO_SMALL = code(
    "MLS434",
    "storage-too-small",
    title="less disk than the model that is fetched needs",
    reason="The kubelet evicts a pod whose volumes outgrow its limit, in the middle of the download.",
    remedy="raise `resources.ephemeralStorage`, or remove it: the default follows from `model.size`",
)
NO_STORE = code(
    "MLS435",
    "no-model-store",
    title="a model or rows from a place that the environment's stores leave out",
    reason="It is asked without credentials, from the provider's own servers: what a misspelt bucket leads to.",
    remedy="correct the address, or add the place to the environment's `modelStores`",
    ignorable=Ignorable.YES,
)


@check(SIZE_MISSING)
def size_missing(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    where = model_location(resolved)
    if where is not None and resolved.spec.model.size is None:
        how = "fetched" if where.is_fetched else "mounted"
        # Only a store can be asked.
        asked = f"state `model.size`, or run `mlspec lock {resolved.name}`, which asks its store"
        yield SIZE_MISSING.error(
            resolved.at("model", "uri"),
            f"a model that is {how} needs its `size`",
            label="how large is it?",
            remedy=asked if where.is_fetched else "",
        )


@check(REVISION_MISSING)
def revision_missing(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    where = model_location(resolved)
    if where is not None and where.scheme == "hf" and resolved.spec.model.revision is None:
        yield REVISION_MISSING.error(
            resolved.at("model", "uri"), f"which commit of {where.root} is meant?", label="needs `revision`"
        )


@check(REVISION_WITHOUT_HUB)
def revision_without_effect(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    where = model_location(resolved)
    if resolved.spec.model.revision is not None and (where is None or where.scheme != "hf"):
        yield REVISION_WITHOUT_HUB.error(
            resolved.at_key("model", "revision"), "only a model of `hf://` has a revision", label="has no effect"
        )


@check(DIGEST_OF_NOTHING)
def digest_without_effect(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    model = resolved.spec.model
    # Of every other format a place is demanded (MLS408).
    if model.digest is not None and model.uri is None and model.format == "python":
        yield DIGEST_OF_NOTHING.error(
            resolved.at_key("model", "digest"), f"{resolved.name} has no model that has this digest", label="of what?"
        )


@check(NO_IMAGE_VOLUMES)
def no_image_volumes(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    where, environment = model_location(resolved), resolved.environment
    minor = environment.spec.kubernetes
    if where is not None and where.scheme == "oci" and not has(minor, "image-volume"):
        first = ".".join(map(str, ON_BY_DEFAULT["image-volume"]))
        yield NO_IMAGE_VOLUMES.error(
            resolved.at("model", "uri"),
            f"Kubernetes {minor} in {environment.name} mounts no images; {first} is the first that does",
            label=f"needs Kubernetes {first}",
            related=environment.related(f"{minor} at least", "kubernetes"),
        )


@check(STORAGE_TOO_SMALL)
def storage_too_small(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    stated, needed = resolved.spec.resources.ephemeral_storage, least_disk(resolved)
    if stated is not None and needed is not None and resolved.spec.model.size and stated < needed:
        yield STORAGE_TOO_SMALL.error(
            resolved.at("resources", "ephemeralStorage"),
            f"a model of {size(resolved.spec.model.size)} needs {size(needed)}, with /tmp and logs",
            label="too little",
            remedy=f"raise it to {size(needed)}, or remove it: the default follows from the model's size",
            fix=size(needed),
        )


@check(NO_STORE)
def no_model_store(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    where, environment = model_location(resolved), resolved.environment
    places = [(("model", "uri"), where)] if where and where.is_fetched and not model_store(resolved) else []
    places += [(("batch", each.key), each.where) for each in data_stores(resolved) if each.store is None]
    for path, place in places:
        others = [each.prefix for each in environment.spec.model_stores if each.prefix.startswith(f"{place.scheme}:")]
        if others:
            yield NO_STORE.warning(
                resolved.at(*path),
                f"the model stores of {environment.name} leave this place out: it is asked without credentials",
                label="in none of them",
                related=environment.related("it has: " + ", ".join(others), "modelStores"),
            )
