"""Checks of what `mlspec lock` wrote beside a spec: that it still fits, and that a registry's model is in it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_files, plan_unpinned
from mlspec.plan.pins import Difference, differences, image_key
from mlspec.spec.location import location
from mlspec.spec.lock import Lock

from .registry import check

STALE_LOCK = code(
    "MLS441",
    "stale-lock",
    title="a lock that no longer fits its spec",
    reason="What it pins is not what the spec asks for: the image would be made of something that nobody wrote down.",
    remedy="run `mlspec lock`, and commit what it writes",
)
NOT_LOCKED = code(
    "MLS442",
    "registry-without-lock",
    title="a model of a registry, and no lock that says where it is",
    reason="A registry is asked once, by `mlspec lock`: compiling asks nobody, and neither does a pod.",
    remedy="run `mlspec lock`, and commit what it writes",
)
MODEL_CHANGED = code(
    "MLS443",
    "locked-model-changed",
    title="a model beside its spec that is not the one which was locked",
    reason="Somebody changed the file, or the lock, alone.",
    remedy="run `mlspec lock` where the new file is meant, and commit both",
)
# What `mlspec lock` itself finds.
UNRESOLVABLE = code(
    "MLS444",
    "unresolvable",
    title="requirements that no set of distributions meets",
    reason="The image could not be built, or not for every platform.",
    remedy="change the requirement, or the one that it does not go with",
    ignorable=Ignorable.ASKED,
)
UNKNOWN_PYTHON = code(
    "MLS445",
    "unknown-python",
    title="a base image of which nobody says what Python it has",
    reason="Which distributions fit depends on it.",
    remedy="state the base image's Python: `build.python`",
    ignorable=Ignorable.ASKED,
)
BASE_UNPINNED = code(
    "MLS446",
    "base-unpinned",
    title="a base image whose digest could not be asked for",
    reason="A tag moves: what a build starts from is whatever the tag names on that day.",
    remedy="run `mlspec lock` where the registry can be reached",
    ignorable=Ignorable.ASKED,
)
BASE_MISSING = code(
    "MLS447",
    "base-missing",
    title="a base image that its registry does not have",
    reason="No image can be built from it.",
    remedy="correct `build.baseImage`",
    ignorable=Ignorable.ASKED,
)
NOT_IN_REGISTRY = code(
    "MLS448",
    "not-in-registry",
    title="a model that its registry does not show",
    reason="Where the model is has to be known before a pod can fetch it.",
    remedy="correct `model.uri`, or name the registry: MLFLOW_TRACKING_URI",
    ignorable=Ignorable.ASKED,
)
MODEL_UNPINNED = code(
    "MLS449",
    "model-unpinned",
    title="a model in a store whose digest could not be asked for",
    reason="Nobody compares what the pods fetch with what was meant: who can write to the store decides what runs.",
    remedy="run `mlspec lock` where the store can be read, or state `model.digest`",
    ignorable=Ignorable.ASKED,
)
MODEL_MISSING = code(
    "MLS450",
    "not-in-store",
    title="a model that its store does not have",
    reason="No pod could fetch it.",
    remedy="correct `model.uri`, or put the model there first",
    ignorable=Ignorable.ASKED,
)
MODEL_LARGER = code(
    "MLS451",
    "larger-than-stated",
    title="a model that is larger in its store than its spec says",
    reason="Disk and the time that a start may take follow from the size, and a pod does not fetch more than that.",
    remedy="state its real size as `model.size`, or none: the lock knows it",
    ignorable=Ignorable.ASKED,
)
FOUND_BY_LOCKING = frozenset(
    each.id
    for each in (
        UNRESOLVABLE,
        UNKNOWN_PYTHON,
        BASE_UNPINNED,
        BASE_MISSING,
        NOT_IN_REGISTRY,
        MODEL_UNPINNED,
        MODEL_MISSING,
        MODEL_LARGER,
    )
)
MENDED_BY_LOCKING = frozenset({STALE_LOCK.id, NOT_LOCKED.id, MODEL_CHANGED.id})


@check(STALE_LOCK)
def stale_lock(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    lock = resolved.model.lock
    if lock is None:
        return
    yield from _unknown_model(resolved, lock)
    plan = plan_unpinned(resolved, "")
    section = lock.images.get(image_key(plan))
    if section is None:
        yield STALE_LOCK.error(
            resolved.model.name_span,
            f"the lock of {resolved.name} has nothing for its image in {resolved.environment.name}",
            label="locked before it had this image",
            remedy=f"run `mlspec lock {resolved.name}`, and commit what it writes",
        )
        return
    for difference in _told(resolved, list(differences(plan, section))):
        yield _stale(resolved, difference)


def _unknown_model(resolved: ResolvedSpec, lock: Lock) -> Iterator[Diagnostic]:
    """A model in a store that the spec pins as little as the lock does, which was written for another."""
    source, where = resolved.spec.model, location(resolved.spec.model.uri)
    if source.uri is None or where is None or not where.is_fetched or source.digest:
        return
    if not lock.knows(source.uri, source.revision):
        yield STALE_LOCK.error(
            resolved.at("model", "uri"),
            f"the lock of {resolved.name} does not know the model at {source.uri}",
            label="changed since",
            remedy=f"run `mlspec lock {resolved.name}`, which reads it for its digest, and commit what it writes",
        )


def _told(resolved: ResolvedSpec, found: list[Difference]) -> list[Difference]:
    """Without the default base image, which follows the Python."""
    follows = not resolved.has("build", "baseImage") and any(each.field[1] == "python" for each in found)
    return [each for each in found if not (follows and each.field[1] == "baseImage")]


def _stale(resolved: ResolvedSpec, difference: Difference) -> Diagnostic:
    name = ".".join(difference.field)
    return STALE_LOCK.error(
        _place(resolved, *difference.field),
        f"the lock of {resolved.name} no longer fits: `{name}` was {difference.was} when it was written, "
        f"and is {difference.now}",
        label="changed since" if resolved.has(*difference.field) else "decides it by default",
        remedy=f"run `mlspec lock {resolved.name}`, and commit what it writes",
    )


def _place(resolved: ResolvedSpec, *field: str) -> Span:
    """Where the field is written, or what decides it where it is not."""
    return resolved.at(*field) if resolved.has(*field) else resolved.at("model", "format")


@check(NOT_LOCKED)
def registry_without_lock(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    uri = resolved.spec.model.uri or ""
    if uri.startswith("models:"):
        stale = resolved.model.lock is not None
        yield NOT_LOCKED.error(
            resolved.at("model", "uri"),
            f"the lock of {resolved.name} does not say where {uri} is" if stale else f"{uri} is not locked",
            label="changed since" if stale else "where is it?",
            remedy=f"run `mlspec lock {resolved.name}` where MLFLOW_TRACKING_URI names the registry",
        )


@check(MODEL_CHANGED)
def locked_model_changed(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    source, lock = resolved.spec.model, resolved.model.lock
    known = lock.model_at(source.uri, source.revision) if lock else None
    found = model_files(resolved.model, resolved.spec, resolved.files).digest
    if lock is None or found is None or (known is not None and known.digest == found):
        return
    yield MODEL_CHANGED.error(
        resolved.at("model", "uri"),
        f"the model at {source.uri} is not the one that was locked"
        if known
        else f"the lock of {resolved.name} does not know the model at {source.uri}",
        label="another digest" if known else "changed since",
        remedy=f"run `mlspec lock {resolved.name}` where this file is meant, and commit what it writes",
    )
