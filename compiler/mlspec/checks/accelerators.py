"""Checks of accelerators against the environment's catalogue, of memory, and of CPU."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_size
from mlspec.plan.memory import offloaded, server_memory
from mlspec.plan.mig import MIG_CLASS, PROFILES, card_of, has_slices
from mlspec.plan.quantities import size
from mlspec.plan.resources import catalogue_entry, devices, is_shared
from mlspec.plan.rollout import surge_replicas
from mlspec.source.suggestion import did_you_mean

from .registry import check

_PLAUSIBLE_PROFILE = re.compile(r"[1-7]g\.[1-9][0-9]{0,2}gb([+-][a-z.]{2,8})?")
_LEAST = 32 * 2**20
"""Bytes that no server's process starts with less of, whatever it loads."""
_MANY_CORES = 100
"""From here on a number of cores is rather one of thousandths: most clouds' largest machines have 64 to 192."""
UNKNOWN_ACCELERATOR = code(
    "MLS203",
    "unknown-accelerator",
    title="an accelerator that the environment does not have",
    reason="Its pods would stay Pending for ever.",
    remedy="use one that the environment has, or leave the environment out of `environments`",
)
NO_SLICES = code(
    "MLS204",
    "no-slices",
    title="a MIG slice where the cluster announces none",
    reason="Without a MIG strategy the device plugin announces whole cards only.",
    remedy="set `migStrategy` in the environment's catalogue, or ask for a whole card",
)
UNKNOWN_PROFILE = code(
    "MLS205",
    "unknown-mig-profile",
    title="a MIG profile that the card does not have",
    reason="Each card can be cut in a few ways only; no node would ever announce another.",
    remedy="use one of the card's profiles",
)
TOO_LITTLE_MEMORY = code(
    "MLS206",
    "too-little-memory",
    title="a memory that server, model and shared memory take up",
    reason="Shared memory counts against the memory, and the server needs some of its own, or the kernel kills it.",
    remedy="raise `resources.memory`, or lower `resources.sharedMemory`",
)
NO_SPARE = code(
    "MLS207",
    "no-spare-accelerators",
    title="a surge on accelerators that the environment does not have to spare",
    reason="The new pod would wait for a card that the old one holds, and the rollout would never end.",
    remedy="remove `rollout.surge`, or declare `spare` cards in the environment",
)
CARD_TOO_SMALL = code(
    "MLS214",
    "card-too-small",
    title="a model that is larger than the accelerators' memory",
    reason="It would fail to load on every start.",
    remedy="ask for more or larger accelerators",
    ignorable=Ignorable.YES,
)
MANY_CORES = code(
    "MLS234",
    "many-cores",
    title="a request of a hundred cores or more",
    reason="Hardly any node has as many: the pods would stay Pending. A number without `m` counts whole cores.",
    remedy="write thousandths of a core with an `m`",
    ignorable=Ignorable.YES,
)


@check(UNKNOWN_ACCELERATOR)
def unknown_accelerator(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, environment = resolved.spec.resources.accelerator, resolved.environment
    if accelerator is None or catalogue_entry(resolved) is not None:
        return
    names = list(environment.spec.accelerators)
    near = did_you_mean(accelerator.type, names)
    yield UNKNOWN_ACCELERATOR.error(
        resolved.at("resources", "accelerator", "type"),
        f"{resolved.name} asks for an accelerator that does not exist in {environment.name}",
        label="no such accelerator",
        fix=near or "",
        remedy="" if names else "add it to the environment's `accelerators`, or leave it out of `environments`",
        related=environment.related(f"{environment.name} has: {', '.join(names)}", "accelerators", *names[:1]),
    )


@check(NO_SLICES)
def no_slices(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator and accelerator.mig and entry and not has_slices(entry):
        environment, path = resolved.environment, ("accelerators", accelerator.type)
        related = environment.related("has no `migStrategy`", *path)
        if entry.claim:
            related = environment.related("hands out whole cards", *path, "claim", "deviceClass")
        yield NO_SLICES.error(
            resolved.at("resources", "accelerator", "mig"),
            f"no slices of {accelerator.type} are announced in {environment.name}",
            label="no slices there",
            remedy=f"claim from the DeviceClass {MIG_CLASS} there, or ask for a whole card" if entry.claim else "",
            related=related,
        )


@check(UNKNOWN_PROFILE)
def unknown_profile(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if not accelerator or not accelerator.mig or entry is None:
        return
    card = card_of(accelerator.type, entry)
    plausible = _PLAUSIBLE_PROFILE.fullmatch(accelerator.mig) if card is None else accelerator.mig in PROFILES[card]
    if not plausible:
        has = f"{card} has: {', '.join(PROFILES[card])}" if card else "a card has up to seven parts, as `1g.10gb`"
        near = did_you_mean(accelerator.mig, PROFILES[card]) if card else None
        yield UNKNOWN_PROFILE.error(
            resolved.at("resources", "accelerator", "mig"),
            f"{card or 'no card'} has {'no' if card else 'a'} MIG profile {accelerator.mig}",
            label="no such profile",
            remedy=f"did you mean `{near}`? {has}" if near else has,
            fix=near or "",
            related=resolved.environment.related("the card", "accelerators", accelerator.type),
        )


@check(TOO_LITTLE_MEMORY)
def too_little_memory(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    resources, kind = resolved.spec.resources, resolved.spec.model.format
    shared, kept = resources.shared_memory or 0, offloaded(resolved)
    model = 0 if resources.accelerator else model_size(resolved)
    server = max(server_memory(resolved), _LEAST) - kept
    needed = model + shared + server + kept
    if needed < resources.memory:
        return
    parts = {
        "a model of": model,
        "shared memory of": shared,
        f"the {kind} server's own": server,
        "what its arguments keep there,": kept,
    }
    asked = [f"{what} {_mebibytes(count)}" for what, count in parts.items() if count]
    span = _asks_for_memory(resolved, by_sharing=shared > model and needed - shared < resources.memory)
    is_memory = resolved.has("resources", "memory") and span == resolved.at("resources", "memory")
    yield TOO_LITTLE_MEMORY.error(
        span,
        f"nothing is left of the memory of {_mebibytes(resources.memory)} beside {' and '.join(asked)}",
        label="does not fit",
        remedy=f"raise `resources.memory`, to {size(_rounded(needed))} for instance"
        + (", or lower `resources.sharedMemory`" if shared else ""),
        fix=size(_rounded(needed)) if is_memory else "",
    )


def _asks_for_memory(resolved: ResolvedSpec, *, by_sharing: bool) -> Span:
    """What a person would change: the memory, or what takes it up where that is the default."""
    resources = [("resources", key) for key in (["sharedMemory"] if by_sharing else []) + ["memory", "accelerator"]]
    written = next((path for path in resources if resolved.has(*path)), None)
    if written is None:
        return resolved.at("model", "size")
    return resolved.at_key(*written) if written[-1] == "accelerator" else resolved.at(*written)


def _rounded(needed: int) -> int:
    """More than is needed, in whole gibibytes."""
    return (needed // 2**30 + 1) * 2**30


@check(NO_SPARE)
def no_spare(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator is None or entry is None or not resolved.spec.rollout.surge:
        return
    wanted = surge_replicas(resolved) * devices(accelerator)
    if wanted > entry.spare:
        path = ("accelerators", accelerator.type, "spare")
        has_line = resolved.environment.tree is not None and resolved.environment.tree.get(*path) is not None
        related = resolved.environment.related(
            "what can be spared" if has_line else "has none to spare", *(path if has_line else path[:2])
        )
        yield NO_SPARE.error(
            resolved.at("rollout", "surge"),
            f"this surge takes {wanted} more accelerators; {entry.spare} can be spared in {resolved.environment.name}",
            label="would wait for ever",
            related=related,
        )


@check(CARD_TOO_SMALL)
def card_too_small(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator is None or entry is None or entry.memory is None:
        return
    memory = entry.memory * devices(accelerator)
    if is_shared(entry):
        memory = entry.memory * accelerator.nodes
    if accelerator.mig:
        memory = int(accelerator.mig.partition("g.")[2].partition("gb")[0]) * 10**9 * devices(accelerator)
    if (needed := model_size(resolved)) > memory:
        yield CARD_TOO_SMALL.error(
            resolved.at_key("resources", "accelerator"),
            f"a model of {_mebibytes(needed)} does not fit into {devices(accelerator)} × "
            f"{accelerator.mig or accelerator.type}: {_mebibytes(memory)}",
            label="too small",
            related=resolved.environment.related("the card's memory", "accelerators", accelerator.type, "memory"),
        )


@check(MANY_CORES)
def many_cores(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    cores, thousandths = divmod(resolved.spec.resources.cpu, 1000)
    written = resolved.tree.get("resources", "cpu")
    if cores < _MANY_CORES or thousandths or written is None or written.text.endswith("m"):
        return
    yield MANY_CORES.warning(
        resolved.at("resources", "cpu"),
        f"each replica asks for {cores} cores",
        label="not thousandths",
        remedy=f"write `{cores}m` for {cores} thousandths of a core",
        fix=f"{cores}m",
    )


def _mebibytes(count: int) -> str:
    return size(-(-count // 2**20) * 2**20)
